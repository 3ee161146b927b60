"""A demo is offered where some machine can run it, and the others say why they are not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from tests.web.scripted import COURSE, GOOD, HELLO, STREAMED, ScriptedRunner
from webapp.app import create_app
from webapp.engine.machines import ANYWHERE, Machine, Needs
from webapp.engine.runner import Unreachable
from webapp.lessons.folders import find_topics
from webapp.store.store import Store

SMALL = Machine("small", 1, "3.11.7", "CPython", True, ("fork", "spawn"))
DISABLED = re.compile(r'<button type="submit"[^>]*?\bdisabled\s+aria-describedby="lack"')
Site = Callable[..., FlaskClient]


class NoMachine(ScriptedRunner):
    """Nobody answers at the moment."""

    def machines(self) -> list[Machine]:
        return []


@pytest.fixture
def site(store: Store) -> Site:
    """Make a site whose first demo has needs, on a machine that has little."""

    def make(needs: Needs, runner: ScriptedRunner | None = None) -> FlaskClient:
        [topic, *others] = find_topics(COURSE)
        demos = (replace(topic.demos[0], needs=needs), *topic.demos[1:])
        topics = [replace(topic, demos=demos), *others]
        shown = runner or ScriptedRunner(machine=SMALL)
        return create_app(shown, topics, store, TESTING=True).test_client()

    return make


@pytest.mark.parametrize(
    ("needs", "english", "persian"),
    [
        (Needs(cores=2), "2 cores", "۲ هسته"),
        (Needs(python="3.13"), "Python 3.13 or newer", "یا تازه‌تر"),
        (Needs(free_threaded=True), "without the global interpreter lock", "قفل سراسری مفسر"),
        (Needs(start_method="forkserver"), "started by forkserver", "آغاز شوند"),
        (Needs(cores=4, python="3.14"), "4 cores, Python 3.14 or newer", "۴ هسته، پایتون"),
    ],
)
def test_a_demo_that_no_machine_can_run_says_what_it_needs(
    site: Site, needs: Needs, english: str, persian: str
) -> None:
    client = site(needs)
    for language, told in (("en", english), ("fa", persian)):
        page = client.get(HELLO.replace("/en/", f"/{language}/")).text
        [lack] = re.findall(r'<p class="lack" id="lack">(.*?)</p>', page)
        assert told in lack
        assert len(DISABLED.findall(page)) == 2
        assert ".py" in page  # it can be read, and taken along


@pytest.mark.parametrize(
    ("needs", "runner"),
    [
        (ANYWHERE, None),
        (Needs(start_method="spawn"), None),
        (Needs(cores=64), NoMachine()),
    ],
    ids=["no needs", "met", "nobody answers"],
)
def test_else_it_is_offered(site: Site, needs: Needs, runner: ScriptedRunner | None) -> None:
    page = site(needs, runner).get(HELLO).text
    assert 'id="lack"' not in page
    assert not DISABLED.search(page)


def test_two_demos_are_compared_where_both_can_be_run(site: Site) -> None:
    address = "/en/compare?a=greeting/say-hello&b=greeting/say-nothing"
    assert len(DISABLED.findall(site(Needs(cores=2)).get(address).text)) == 1
    assert not DISABLED.search(site(ANYWHERE).get(address).text)


def test_who_presses_run_all_the_same_is_told_that_no_machine_answers(site: Site) -> None:
    class Away(ScriptedRunner):
        def start(self, *_: object, **__: object) -> str:
            raise Unreachable

    client = site(Needs(cores=2), Away(machine=SMALL))
    answer = client.post(HELLO, data=GOOD, headers=STREAMED)
    assert answer.status_code == 503
    assert "No machine answers" in answer.text
    assert "Retry-After" in answer.headers
    told = client.post("/api/runs", json={"demo": "greeting/say-hello"})
    assert told.status_code == 503


def test_programs_are_told_what_a_demo_needs(site: Site) -> None:
    path = "/api/topics/greeting/say-hello"
    told = site(Needs(cores=2)).get(path).json
    assert told is not None
    assert told["needs"] == {
        "cores": 2,
        "python": "",
        "free_threaded": False,
        "start_method": "",
    }
    assert told["available"] is False
    offered = site(ANYWHERE).get(path).json
    assert offered is not None
    assert offered["available"] is True
