"""Prose names demos and does not copy their code; a wrong name stops the start."""

import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.web.scripted import COURSE, HELLO, ScriptedRunner
from webapp.app import create_app
from webapp.lessons.broken import BrokenTopic
from webapp.lessons.folders import find_topics


def site_with(tmp_path: Path, prose: str) -> str:
    """Return the first demo's page of a course whose English prose is `prose`."""
    shutil.copytree(COURSE, tmp_path / "course")
    (tmp_path / "course/greeting/en.md").write_text(prose, encoding="utf-8")
    topics = find_topics(tmp_path / "course")
    return create_app(ScriptedRunner(), topics).test_client().get(HELLO).text


def test_the_text_before_the_first_heading_is_the_lead_and_the_rest_is_folded(
    client: FlaskClient,
) -> None:
    before, after = client.get(HELLO).text.split('<div class="depth">')
    assert "A greeting is <strong>one line</strong>" in before
    assert '<details id="s1" name="depth">' in after
    assert "How it is done" in after


def test_links_lead_to_demos_and_topics_in_the_language_of_the_page(client: FlaskClient) -> None:
    for language in ("en", "fa"):
        page = client.get(HELLO.replace("/en/", f"/{language}/")).text
        assert f'<a href="/{language}/threads/greeting/say-nothing">' in page
        assert f'<a href="/{language}/threads/greeting/say-hello">' in page
        assert f'<a href="/{language}/threads/greeting">' in page


def test_a_function_is_included_unchanged_with_a_link_to_its_file(
    client: FlaskClient,
) -> None:
    excerpt = client.get(HELLO).text.split('<figure class="excerpt">')[1].split("</figure>")[0]
    assert f'href="{HELLO}#L6"' in excerpt
    assert "say_hello.py · greet" in excerpt
    assert '<span class="nf">greet</span>' in excerpt
    assert "sleep" not in excerpt


@pytest.mark.parametrize(
    ("prose", "reason"),
    [
        ("[x](demo:say-goodbye)", "greeting has no demo say-goodbye"),
        ("[x](topic:parting/say-hello)", "there is no topic parting"),
        ("[x](topic:greeting/say-goodbye)", "greeting has no demo say-goodbye"),
        ("```demo say-hello wave\n```", "say-hello has no function wave"),
        ("```demo say-hello\n```", "is not `demo SLUG FUNCTION`"),
    ],
)
def test_an_unknown_name_stops_the_start_and_says_where(
    tmp_path: Path, prose: str, reason: str
) -> None:
    with pytest.raises(BrokenTopic, match=r"en\.md") as raised:
        site_with(tmp_path, prose)
    assert reason in str(raised.value)


def test_html_in_prose_is_text(tmp_path: Path) -> None:
    page = site_with(tmp_path, "one <b>bold</b> [x](javascript:alert(1))")
    assert "one &lt;b&gt;bold&lt;/b&gt;" in page
    assert 'href="javascript' not in page
