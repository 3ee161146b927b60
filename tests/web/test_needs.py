"""A demo can be run if a machine meets its needs; otherwise its page says what is missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.store.runs import run as stored_run
from tests.topics import TOPICS
from tests.web.scripted import COURSE, GOOD, HELLO, STREAMED, ScriptedRunner, SharedSite
from webapp.engine.machines import ANYWHERE, Machine, Needs
from webapp.engine.program import Program
from webapp.engine.runner import Unreachable
from webapp.lessons.folders import find_topics
from webapp.store.store import Store

SMALL = Machine("small", 1, "3.11.7", "CPython", True, ("fork", "spawn"))
TWO = Needs(cores=2)
DISABLED = re.compile(r'<button type="submit"[^>]*?\bdisabled\s+aria-describedby="([^"]+?) ?"')
LACK = re.compile(r'<p class="lack" id="([^"]+)">(.*?)</p>', re.S)
TWICE = "/en/compare?a=greeting/say-nothing&b=greeting/say-nothing"
MIXED = "/en/compare?a=greeting/say-nothing&b=greeting/say-hello&b-times=4"
COMPARED = {
    "a": "greeting/say-nothing",
    "b": "greeting/say-hello",
    **{f"b-{name}": value for name, value in GOOD.items()},
}


@dataclass
class FewRunner(ScriptedRunner):
    """A runner with the given machines; it counts how often they are requested."""

    there: Sequence[Machine] = (SMALL,)
    asked: int = 0

    def machines(self) -> Sequence[Machine]:
        self.asked += 1
        return self.there

    def start(self, program: Program, **options: object) -> str:
        if not any(machine.meets(program.needs) for machine in self.there):
            raise Unreachable
        return super().start(program)


@pytest.fixture
def few() -> FewRunner:
    return FewRunner()


@cache
def site_of(needs: Needs) -> SharedSite:
    """Return a site whose first demo has needs."""
    [topic] = find_topics(COURSE)
    demos = (replace(topic.demos[0], needs=needs), *topic.demos[1:])
    return SharedSite([replace(topic, demos=demos)])


@pytest.fixture
def site(few: FewRunner, store: Store) -> Callable[[Needs], Flask]:
    """Make a site whose first demo has needs."""
    return lambda needs: site_of(needs).lent(few, store)


@pytest.fixture
def client_of(site: Callable[[Needs], Flask]) -> Callable[[Needs], FlaskClient]:
    """Make a client of such a site."""
    return lambda needs: site(needs).test_client()


Client = Callable[[Needs], FlaskClient]


def lacks(page: str) -> dict[str, str]:
    """Return the texts about missing needs by their ids in the page."""
    return {
        id: re.sub(r"[\u2066-\u2069]", "", " ".join(re.sub("<[^>]+>", "", text).split()))
        for id, text in LACK.findall(page)
    }


TOLD = [
    (TWO, "2 cores", "۲ هستهٔ پردازنده"),
    (Needs(python="3.13.2"), "Python 3.13.2 or newer", "پایتون ۳٫۱۳٫۲ یا تازه‌تر"),
    (
        Needs(free_threaded=True),
        "a Python without the global interpreter lock (free-threaded)",
        "پایتون بدون قفل سراسری مفسر (free-threaded)",
    ),
    (Needs(start_method="forkserver"), "the start method forkserver", "روش آغازِ forkserver"),
    (
        Needs(cores=4, python="3.14", start_method="fork"),
        "4 cores, Python 3.14 or newer and the start method fork",
        "۴ هستهٔ پردازنده، پایتون ۳٫۱۴ یا تازه‌تر و روش آغازِ fork",
    ),
]


@pytest.mark.parametrize(("needs", "english", "persian"), TOLD)
def test_a_demo_that_no_machine_can_run_says_what_it_needs(
    client_of: Client, needs: Needs, english: str, persian: str
) -> None:
    client = client_of(needs)
    page = client.get(HELLO).text
    assert lacks(page) == {
        "lack": f"This demo needs {english}, and no machine that answers offers that. You can read "
        "it here, and run its file on a machine of your own: say_hello.py"
    }
    assert DISABLED.findall(page) == ["lack", "lack"]  # Run and × 30
    page = client.get(HELLO.replace("/en/", "/fa/")).text
    assert lacks(page)["lack"].startswith(f"این نمونه به {persian} نیاز دارد و ماشین‌های")
    assert DISABLED.findall(page) == ["lack", "lack"]


def test_a_demo_that_cannot_run_can_be_downloaded_with_its_values(client_of: Client) -> None:
    client = client_of(TWO)
    [(_, lack)] = LACK.findall(client.get(f"{HELLO}?times=4").text)
    [address] = re.findall(r'href="([^"]+)"', lack)
    assert "main(times=4" in client.get(address).text


@pytest.mark.parametrize(
    ("needs", "there"),
    [(ANYWHERE, [SMALL]), (Needs(start_method="spawn"), [SMALL]), (Needs(cores=64), [])],
    ids=["no needs", "met", "nobody answers"],
)
def test_a_demo_whose_needs_are_met_can_be_run(
    client_of: Client, few: FewRunner, needs: Needs, there: Sequence[Machine]
) -> None:
    few.there = there
    client = client_of(needs)
    for address in (HELLO, "/en/", MIXED):
        page = client.get(address).text
        assert not lacks(page)
        assert not DISABLED.search(page)
        assert ">Ready<" in page


def test_a_demo_can_be_run_if_one_of_several_machines_meets_its_needs(
    client_of: Client, few: FewRunner
) -> None:
    few.there = [SMALL, replace(SMALL, cores=2)]
    assert not lacks(client_of(TWO).get(HELLO).text)


def test_the_home_page_has_the_same_rule(client_of: Client) -> None:
    page = client_of(TWO).get("/en/").text
    assert "2 cores" in lacks(page)["lack"]
    assert DISABLED.findall(page) == ["lack"]


def test_a_refused_form_also_says_what_is_missing(client_of: Client) -> None:
    form = client_of(TWO).post(HELLO, data={"times": "99"}, headers=STREAMED)
    assert form.status_code == 422
    assert "lack" in lacks(form.text)


def test_two_demos_can_be_compared_if_both_can_be_run(client_of: Client) -> None:
    client = client_of(TWO)
    page = client.get(MIXED).text
    assert [*lacks(page)] == ["lack-b"]
    assert DISABLED.findall(page) == ["lack-b"]
    assert ">Ready<" not in page
    assert "say-hello.py?times=4" in page
    page = client.get("/fa/compare?a=greeting/say-hello").text
    assert [*lacks(page)] == ["lack-a", "lack-b"]
    assert DISABLED.findall(page) == ["lack-a lack-b"]
    assert not DISABLED.search(client.get(TWICE).text)


@pytest.mark.parametrize("address", [HELLO, f"{HELLO}?times=99", "/en/", MIXED, "/api/topics"])
def test_a_page_requests_the_machines_once(client_of: Client, few: FewRunner, address: str) -> None:
    """The request may go to another machine."""
    client_of(TWO).get(address)
    assert few.asked == 1


def test_a_stored_run_is_shown_without_a_word_about_needs(client_of: Client, store: Store) -> None:
    [topic] = find_topics(COURSE)
    demo = topic.demos[0]
    run = stored_run("i" * 16, topic=topic.slug, demo=demo.slug, source=demo.source, events=0)
    store.save(replace(run, values=demo.defaults))
    example = f"{HELLO}/_example"
    assert "Press Run for a run of your own." in client_of(ANYWHERE).get(example).text
    client = client_of(TWO)
    assert example in client.get(HELLO).text
    page = client.get(example).text
    assert "Recorded on" in page
    assert "Press Run" not in page
    assert ">Ready<" not in page


def test_a_demo_that_cannot_run_has_no_example(client_of: Client) -> None:
    assert "/_example" not in client_of(TWO).get(HELLO).text
    assert "/_example" in client_of(ANYWHERE).get(HELLO).text


@pytest.mark.parametrize(
    ("address", "data"), [(HELLO, GOOD), (f"{HELLO}/repeat", GOOD), ("/en/compare", COMPARED)]
)
def test_a_run_that_no_machine_can_carry_out_is_refused(
    client_of: Client, few: FewRunner, address: str, data: dict[str, str]
) -> None:
    client = client_of(TWO)
    for headers in ({}, STREAMED):
        answer = client.post(address, data=data, headers=headers)
        assert answer.status_code == 503
        assert "No machine answers" in answer.text
        assert "Retry-After" in answer.headers
    assert few.programs == []  # not even the first of a comparison


def test_the_api_has_the_needs_of_a_demo(client_of: Client) -> None:
    for needs, available in ((TWO, False), (ANYWHERE, True)):
        client = client_of(needs)
        listed = client.get("/api/topics").get_json()["topics"][0]["demos"]
        detail = client.get("/api/topics/greeting/say-hello").get_json()
        for demo in (listed[0], detail):
            assert demo["available"] is available
            assert demo["needs"] == {
                "cores": needs.cores,
                "python": "",
                "free_threaded": False,
                "start_method": "",
            }
        assert listed[1]["available"] is True


def test_the_api_says_why_a_run_is_refused(client_of: Client) -> None:
    answer = client_of(TWO).post("/api/runs", json={"demo": "greeting/say-hello"})
    assert answer.status_code == 503
    [problem] = answer.get_json()["detail"]
    assert problem["type"] == "service_unavailable"
    assert problem["msg"].startswith("No machine answers, or none that has what the demo needs")


def test_a_terminal_says_why_a_run_is_refused(
    site: Callable[[Needs], Flask], few: FewRunner
) -> None:
    shell = site(TWO).test_cli_runner()
    result = shell.invoke(args=["run-demo", "greeting/say-hello"])
    assert result.exit_code == 1
    assert (
        result.output
        == "Error: This demo needs 2 cores, and no machine that answers offers that.\n"
    )
    few.there = []
    assert shell.invoke(args=["run-demo", "greeting/say-hello"]).output == (
        "Error: No machine answers.\n"
    )


ELSEWHERE = "/{}/beyond/thread-queue/shut-down"


def test_a_demo_that_cannot_run_here_shows_a_run_that_was_made_elsewhere(
    whole_site: SharedSite, few: FewRunner, store: Store
) -> None:
    """It has its own machine and Python on its note, and is kept like any other."""
    client = whole_site.lent(few, store).test_client()
    for language, label in (("en", "CPython 3.13"), ("fa", "CPython 3.13")):
        address = ELSEWHERE.format(language)
        assert f"{address}/_example" in client.get(address).text
        shown = client.get(f"{address}/_example").text
        assert label in shown and "the queue is shut down" in shown
    kept = client.get(f"{ELSEWHERE.format('en')}/example", follow_redirects=True)
    assert kept.status_code == 200 and "CPython 3.13" in kept.text


def test_the_note_that_a_demo_cannot_run_here_links_to_a_run_made_elsewhere(
    few: FewRunner, store: Store
) -> None:
    client = SharedSite(TOPICS).lent(few, store).test_client()
    told = {"en": "See a run that was made", "fa": "اجرایی روی چنین ماشینی را ببینید"}
    for language, text in told.items():
        address = ELSEWHERE.format(language)
        [(_, note)] = LACK.findall(client.get(address).text)
        link, _ = re.findall(r'href="([^"]+)"', note)  # the other one is the file's
        assert link == f"{address}/example"
        assert text in note
        kept = client.get(link, follow_redirects=True)
        assert kept.status_code == 200 and "CPython 3.13" in kept.text


FULLER = "/{}/beyond/the-gil/one-job-five-ways"
FULLER_RUN = re.compile(r'<p class="help">([^<]*)<a href="([^"]+/elsewhere/[^"]+)">')


def test_a_demo_that_shows_more_on_other_machines_links_to_their_runs(
    few: FewRunner, store: Store
) -> None:
    client = SharedSite(TOPICS).lent(few, store).test_client()
    for language, version in (("en", "3.14"), ("fa", "۳٫۱۴")):
        page = client.get(FULLER.format(language)).text
        assert not lacks(page) and not DISABLED.search(page)
        interpreters, no_gil = FULLER_RUN.findall(page)
        assert version in interpreters[0] and "free-threaded" in no_gil[0]
        for (_, link), made_by in ((interpreters, "CPython 3.14"), (no_gil, "free-threaded")):
            for _ in range(2):  # it may be stored already
                run = client.get(link, follow_redirects=True)
                assert run.status_code == 200 and made_by in run.text
    assert client.get(f"{FULLER.format('en')}/elsewhere/nothing").status_code == 404


def test_a_machine_that_shows_all_of_a_demo_needs_no_run_made_elsewhere(
    few: FewRunner, store: Store
) -> None:
    client = SharedSite(TOPICS).lent(few, store).test_client()
    few.there = [SMALL, replace(SMALL, cores=2, python="3.14.0")]
    [(why, _)] = FULLER_RUN.findall(client.get(FULLER.format("en")).text)
    assert "free-threaded" in why
    few.there = [replace(SMALL, cores=2, python="3.14.0", gil=False)]
    assert not FULLER_RUN.findall(client.get(FULLER.format("en")).text)


def test_where_there_is_no_run_made_elsewhere_none_is_offered(client_of: Client) -> None:
    assert "_example" not in client_of(TWO).get(HELLO).text
