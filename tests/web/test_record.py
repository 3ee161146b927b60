"""The page about recording one's own program."""

import re
from hashlib import sha256

import pytest
from flask.testing import FlaskClient

from tests.web.scripted import COURSE, ScriptedRunner
from webapp.app import create_app
from webapp.engine.recording import Outcome
from webapp.lessons.folders import find_topics
from webapp.lessons.text import LANGUAGES
from webapp.pages.site.record import COMMANDS, read_sample
from webapp.settings import Settings
from webapp.store.store import Store

EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)


def page_of(repository: str, store: Store) -> str:
    """Return the page of a site with this repository."""
    app = create_app(ScriptedRunner(), find_topics(COURSE), store, Settings(repository=repository))
    return app.test_client().get("/en/record").text


@EVERY_LANGUAGE
@pytest.mark.parametrize("address", ["", "threads/greeting/say-hello", "api"])
def test_the_page_is_linked_from_every_page(
    client: FlaskClient, language: str, address: str
) -> None:
    assert f'href="/{language}/record"' in client.get(f"/{language}/{address}").text


@EVERY_LANGUAGE
def test_the_page_shows_the_command(client: FlaskClient, language: str) -> None:
    # The colours of code stand between its words.
    page = re.sub("</?span[^>]*>", "", client.get(f"/{language}/record").text)
    assert "pip install movazi" in page
    assert "movazi record my_program.py --open" in page
    assert "%%movazi" in page
    assert "@pytest.mark.movazi" in page


def test_the_button_opens_the_repository_of_the_setting(store: Store) -> None:
    page = page_of("octo/movazi", store)
    assert 'href="https://codespaces.new/octo/movazi"' in page
    assert page.count("pip install git+https://github.com/octo/movazi") == 2


def test_without_a_repository_there_is_no_button(client: FlaskClient) -> None:
    page = client.get("/en/record").text
    assert "codespaces.new" not in page
    assert "or a fork of it, press Code, choose Codespaces" in page


def test_the_sample_is_a_real_run_of_the_example_that_is_shown() -> None:
    recording = read_sample()
    assert recording.receipt.source_sha256 == sha256(COMMANDS["example"].encode()).hexdigest()
    assert recording.outcome is Outcome.FINISHED
    told = [line.text for line in recording.lines]
    assert told == [line for line in COMMANDS["output"].splitlines() if "has the lock" in line]
    assert f"Recorded {len(recording.events)} events" in COMMANDS["output"]


@EVERY_LANGUAGE
def test_the_page_shows_the_sample_with_its_transcript_and_lanes(
    client: FlaskClient, language: str
) -> None:
    page = client.get(f"/{language}/record").text
    sample = page[page.index('class="run-panel sample"') :]
    assert sample.count('class="code-line"') == len(COMMANDS["example"].splitlines())
    assert sample.count("has the lock</span>") == 3
    assert "<run-lanes" in sample
    assert 'class="walk"' in sample
    # Code has the colours of its language.
    assert '<span class="kn">import</span>' in sample


@EVERY_LANGUAGE
def test_the_page_lists_its_parts(client: FlaskClient, language: str) -> None:
    page = client.get(f"/{language}/record").text
    toc = page[page.index('class="toc"') : page.index("</nav>", page.index('class="toc"'))]
    assert re.findall(r'href="#(\w+)"', toc) == re.findall(r'<h2 id="(\w+)">', page)
