"""The style page: there for those who work on the site, and for nobody else."""

import pytest
from flask.testing import FlaskClient

from tests.web.scripted import ScriptedRunner
from webapp.app import create_app
from webapp.engine.recording import Outcome
from webapp.lessons.text import LANGUAGES


@pytest.fixture(scope="module")
def client_at_work() -> FlaskClient:
    """A client of the site as FLASK_DEBUG makes it."""
    return create_app(ScriptedRunner(busy=True), TESTING=True, DEBUG=True).test_client()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_shows_all_parts_in_all_states(client_at_work: FlaskClient, language: str) -> None:
    page = client_at_work.get(f"/{language}/styleguide")
    assert page.status_code == 200
    for outcome in Outcome:
        assert f"outcome-{outcome.name.lower()}" in page.text
    for state in ("disabled", 'aria-current="true"', 'aria-invalid="true"', 'class="refused"'):
        assert state in page.text
    for part in ("<run-lanes", 'class="dot"', 'class="expected"', 'class="topics"', "trap-notice"):
        assert part in page.text
    assert page.text.count("light-dark") == 0
    assert 'fill="var(--accent)"' in page.text


def test_its_short_address_leads_to_the_browsers_language(client_at_work: FlaskClient) -> None:
    answer = client_at_work.get("/styleguide", headers={"Accept-Language": "fa"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/fa/styleguide"


@pytest.mark.parametrize("address", ["/styleguide", "/en/styleguide", "/fa/styleguide"])
def test_a_site_for_visitors_does_not_have_it(real_client: FlaskClient, address: str) -> None:
    assert real_client.get(address).status_code == 404
