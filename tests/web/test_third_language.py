"""A third language is data: only files of its own are added to a copy of the site."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.web.scripted import COURSE

ROOT = Path(__file__).parents[2]
PARTS = ("webapp", "templates", "static")
IGNORED = shutil.ignore_patterns("__pycache__", "topics")

# Runs in the copy: requests the pages, and runs the demo.
VISIT = """
import json, sys
from webapp.app import create_app
from webapp.settings import Settings
client = create_app(settings=Settings()).test_client()
answers = [client.get(address) for address in json.loads(sys.argv[1])]
answers.append(client.post("/eo/threads/greeting/say-hello",
    data={"times": "2", "pause": "0.1", "tone": "warm"}))
print(json.dumps([(answer.status_code, answer.text) for answer in answers]))
"""
HELLO = "/eo/threads/greeting/say-hello"
PAGES = ["/eo/", HELLO, "/eo/record", "/eo/api", "/eo/teachers", "/en/", "/sitemap.xml"]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str]]:
    """The answers of a copy of the site with a third language."""
    copy = tmp_path_factory.mktemp("site")
    for part in PARTS:
        shutil.copytree(ROOT / part, copy / part, ignore=IGNORED)
    shutil.copytree(COURSE, copy / "webapp/topics")
    with (copy / "webapp/lessons/languages.toml").open("a", encoding="utf-8") as languages:
        languages.write('\n[eo]\ndirection = "rtl"\ndigits = "⓪①②③④⑤⑥⑦⑧⑨·"\n')
    for path in copy.glob("webapp/**/en.toml"):
        text = path.read_text(encoding="utf-8")
        path.with_name("eo.toml").write_text(re.sub(r'= "', '= "~', text), encoding="utf-8")
    for path in [*copy.glob("webapp/**/en.md"), *copy.glob("webapp/**/*.en.md")]:
        path.with_name(path.name.replace("en.md", "eo.md")).write_bytes(path.read_bytes())
    visit = subprocess.run(
        [sys.executable, "-c", VISIT, json.dumps(PAGES)],
        cwd=copy,
        capture_output=True,
        check=False,
        text=True,
    )
    assert visit.returncode == 0, visit.stderr
    return dict(zip([*PAGES, "run"], json.loads(visit.stdout), strict=True))


def test_all_pages_of_the_language_are_served(answers: dict[str, tuple[int, str]]) -> None:
    assert {status for status, _ in answers.values()} == {200}
    for page in (*PAGES[:5], "run"):
        assert re.search(r'<html lang="eo"\s+dir="rtl"\s', answers[page][1])


def test_the_interface_the_topic_and_the_numbers_have_the_language(
    answers: dict[str, tuple[int, str]],
) -> None:
    assert "~Saying hello" in answers[HELLO][1]
    assert "~Greeting" in answers["/eo/"][1]
    assert "~one line each time" in answers["run"][1]
    assert re.search("[⓪①②③④⑤⑥⑦⑧⑨]", answers["run"][1])


def test_each_page_links_to_itself_in_every_language(
    answers: dict[str, tuple[int, str]],
) -> None:
    assert re.search(r'hreflang="eo"\s+href="[^"]*/eo/"', answers["/en/"][1])
    assert 'hreflang="eo"' in answers["/sitemap.xml"][1]
    for language in ("en", "fa", "eo"):
        assert re.search(rf'<link rel="alternate"\s+hreflang="{language}"', answers[HELLO][1])
