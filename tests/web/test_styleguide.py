"""The style page: there for those who work on the site, and for nobody else."""

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.topics import TOPICS
from tests.web.scripted import ScriptedRunner
from webapp.app import create_app
from webapp.engine.recording import Outcome
from webapp.files import STATIC
from webapp.lessons.text import LANGUAGES
from webapp.pages.site.assets import STYLE, Assets

BUDGET = Path(__file__).parents[2] / "lighthouse-budget.json"


@pytest.fixture(scope="module")
def client_at_work() -> FlaskClient:
    """A client of the site as FLASK_DEBUG makes it."""
    return create_app(ScriptedRunner(busy=True), TOPICS, TESTING=True, DEBUG=True).test_client()


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


def test_it_shows_the_scale(client_at_work: FlaskClient) -> None:
    page = client_at_work.get("/en/styleguide").text
    for token in ("--smallest", "--body", "--display"):
        assert f'font-size="var({token})"' in page
    for token in ("--space-1", "--gap-wide"):
        assert f'width="var({token})"' in page
    for token in ("--radius-small", "--radius-full"):
        assert f'rx="var({token})"' in page


SIZED = re.compile(
    r"^\s+((?:font|font-size|(?:row-|column-)?gap|(?:scroll-)?(?:padding|margin)[\w-]*"
    r"|border-(?:[\w-]+-)?radius): .*);$",
    re.MULTILINE,
)
# A hairline is a line and no space. Paper is measured in points.
LITERAL = re.compile(r"(?<![\w-])(?!1px)\d*\.?\d+(?:rem|px|ch|vw|vh)\b")


def test_sizes_and_spaces_are_those_of_the_scale() -> None:
    styles = [path for path in (STATIC / "css").glob("*.css") if path.name != "tokens.css"]
    found = [
        f"{path.name}: {declared}"
        for path in styles
        for declared in SIZED.findall(path.read_text(encoding="utf-8"))
        if LITERAL.search(declared)
    ]
    assert not found


@pytest.mark.parametrize(
    ("line", "is_literal"),
    [
        ("  padding: 0.35rem var(--gap);", True),
        ("  font-size: 12.5px;", True),
        ("  gap: clamp(1rem, 2vw, 1.4rem);", True),
        ("  border-start-end-radius: 4px;", True),
        ("  padding: 0 var(--space-4) 0.2em;", False),
        ("  gap: 1px;", False),
        ("  inline-size: 12rem;", False),
    ],
)
def test_a_literal_size_is_found(line: str, is_literal: bool) -> None:
    assert any(LITERAL.search(declared) for declared in SIZED.findall(line)) == is_literal


def test_its_short_address_leads_to_the_browsers_language(client_at_work: FlaskClient) -> None:
    answer = client_at_work.get("/styleguide", headers={"Accept-Language": "fa"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/fa/styleguide"


@pytest.mark.parametrize("address", ["/styleguide", "/en/styleguide", "/fa/styleguide"])
def test_a_site_for_visitors_does_not_have_it(real_client: FlaskClient, address: str) -> None:
    assert real_client.get(address).status_code == 404


def test_the_stylesheet_is_within_its_budget() -> None:
    """As it is sent, with some 400 bytes of headers."""
    [budget] = json.loads(BUDGET.read_text(encoding="utf-8"))
    kibibytes = {each["resourceType"]: each["budget"] for each in budget["resourceSizes"]}
    assets = Assets()
    style = assets.find(assets.version, STYLE)
    assert style and style.compressed
    assert len(style.compressed) + 400 < kibibytes["stylesheet"] * 1024
