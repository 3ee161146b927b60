"""The search for the run that breaks a demo, and the page where a visitor is the scheduler."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest
from flask.testing import FlaskClient

from tests.web.scripted import ScriptedRunner, SharedSite
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.events import Event, Kind
from webapp.engine.findings import Found
from webapp.engine.limits import Limits
from webapp.engine.program import Program
from webapp.engine.recording import Outcome
from webapp.engine.schedules import Search, Searched
from webapp.lessons.repeats.distribution import Key
from webapp.lessons.text import LANGUAGES, Language
from webapp.lessons.values import in_latin_digits
from webapp.pages.demo import handler
from webapp.pages.search.panel import build_panel
from webapp.pages.texts.wording import load_wording
from webapp.store.store import Store

LOST = "threads/lock/lost-update"
FIXED = f"{LOST}-fixed"
SMALL = {"thread_count": "2", "increments": "1", "window": "none"}
EVENTS = {"Accept": "text/event-stream", "HX-Request": "true"}


@pytest.fixture(scope="module")
def runner() -> Iterator[EmbeddedRunner]:
    runner = EmbeddedRunner(Limits(soft_deadline=60, unfollowed=None, grace=0.5))
    yield runner
    runner.close()


@pytest.fixture
def client(whole_site: SharedSite, runner: EmbeddedRunner, store: Store) -> FlaskClient:
    """A client of the real site with a real runner."""
    return whole_site.lent(runner, store).test_client()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_search_streams_what_it_tries_and_then_the_smallest_run(
    client: FlaskClient, language: str
) -> None:
    answer = client.post(f"/{language}/{LOST}/search", data=SMALL, headers=EVENTS)
    assert answer.mimetype == "text/event-stream"
    text = answer.get_data(as_text=True)
    assert text.count('id="search-title"') == 1
    # What a switch is stands where the search begins, and where it has ended.
    assert text.count(load_wording(language)("search.switch")) == 2
    assert text.endswith("event: over\ndata:\n\n")
    # The smallest run has lanes and a link of its own.
    [run] = set(re.findall(rf'href="(/{language}/runs/[\w-]+)"', text))
    assert "<p-lanes" in text or 'class="lanes' in text
    kept = client.get(run)
    assert kept.status_code == 200
    assert "0*5,1*" in kept.get_data(as_text=True)  # its receipt holds the schedule


def test_a_search_works_without_javascript(client: FlaskClient) -> None:
    answer = client.post(f"/en/{LOST}/search", data=SMALL)
    page = answer.get_data(as_text=True)
    assert answer.mimetype == "text/html"
    assert re.search(r"All \d+ schedules with at most 2 switches were tried\.", page)
    assert page.rstrip().endswith("</html>")


def test_a_mended_demo_is_not_called_correct(client: FlaskClient) -> None:
    page = client.post(f"/en/{FIXED}/search", data=SMALL).get_data(as_text=True)
    assert "No schedule with at most 2 switches breaks it" in page
    assert "A switch takes the turn from a thread that could go on." in page
    assert "This is no proof" in page


MANY = {"thread_count": "4", "increments": "2", "window": "none"}
"""So many schedules that a search of them lasts for its whole ten seconds."""


@pytest.mark.parametrize(
    ("language", "ended"), [("en", "The search was ended after"), ("fa", "پایان داده شد")]
)
def test_a_stopped_search_ends_and_says_what_was_tried(
    client: FlaskClient, runner: EmbeddedRunner, language: str, ended: str
) -> None:
    answer = client.post(f"/{language}/{LOST}/search", data=MANY, headers=EVENTS, buffered=False)
    messages = cast(Iterator[bytes], iter(answer.response))
    begun = html.unescape(next(messages).decode())
    [stop] = set(re.findall(r'action="(/searches/[^"]+/stop)"', begun))
    while not (progress := re.search(r'value="([1-9]\d*)"', next(messages).decode())):
        pass
    assert client.post(stop).status_code == 204
    rest = b"".join(messages).decode()
    assert ended in rest
    assert 'id="search-title"' in rest
    state = runner.recording(stop.split("/")[2])
    assert state is not None
    assert state.outcome is Outcome.CANCELLED
    shown = re.findall(r'<progress max="2000"\s+value="(\d+)"', rest)
    assert all(int(progress[1]) <= int(count) < 2000 for count in shown)


def test_a_search_that_broke_off_leads_to_smaller_values(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handler, "LIMITS", Search(number=1))
    for values, offered in ((MANY, True), (SMALL, False)):
        page = client.post(f"/fa/{LOST}/search", data=values).get_data(as_text=True)
        link = re.search(r'href="([^"]+)">مقدارهای کوچک‌تر را بگیرید', page)
        assert bool(link) is offered
        if link:
            smaller = client.get(html.unescape(link[1])).get_data(as_text=True)
            assert 'id="p-thread_count"' in smaller
            # One schedule is all of its outcome's and all of its number of switches.
            assert re.findall(r'<progress value="(.*?)"', page) == ["1.0", "1.0"]
            assert 'class="dot"' not in page


def broken_off(why: str, complete: int) -> Found[Key]:
    """Return what a search found that broke off after 36 schedules without finding anything."""
    found: Found[Key] = Found(label=lambda tried: None)
    found.by_switches[0] = 36
    found.outcomes[None] = 36
    found.end = Searched(why, complete, 36, 10.0)
    return found


@pytest.mark.parametrize(
    ("complete", "en", "fa"),
    [
        (-1, "", ""),
        (0, "without a switch", "بدون تعویض"),
        (1, "with at most one switch", "با حداکثر یک تعویض"),
        (2, "with at most 2 switches", "با حداکثر ۲ تعویض"),
    ],
)
def test_a_search_that_broke_off_says_so_first(complete: int, en: str, fa: str) -> None:
    heads = {
        ("en", "time"): "Time ran out after 36 schedules: none of them breaks it",
        ("en", "number"): "Stopped after 36 schedules: none of them breaks it",
        ("fa", "time"): "پس از ۳۶ زمان‌بندی وقت تمام شد: هیچ‌یک برنامه را نشکست",
        ("fa", "number"): "پس از ۳۶ زمان‌بندی متوقف شد: هیچ‌یک برنامه را نشکست",
    }
    for (language, why), head in heads.items():
        say = load_wording(language)
        panel = build_panel(say, "x", broken_off(why, complete), play="", search="", smaller="")
        assert panel.title == head
        whole = {"en": f"{en} were among them.", "fa": f"{fa} در میان آن‌ها بود."}
        assert (whole[language] in panel.facts[0]) is (complete >= 0)


def test_the_bars_of_a_search_are_the_parts_of_all_its_schedules() -> None:
    found = broken_off("time", 0)
    found.outcomes = Counter({1: 39, 2: 8, 3: 1})
    found.by_switches = Counter({0: 48})
    panel = build_panel(load_wording("en"), "x", found, play="", search="", smaller="")
    assert [bar.part * 48 for bar in panel.outcomes.bars] == pytest.approx([39, 8, 1], abs=0.01)
    assert [bar.part for bar in panel.switches.bars] == [1]
    found.outcomes = Counter(range(20))
    panel = build_panel(load_wording("en"), "x", found, play="", search="", smaller="")
    assert len(panel.outcomes.bars) == 13
    assert panel.outcomes.bars[-1].label.text == "8 other outcomes"
    assert sum(bar.part for bar in panel.outcomes.bars) == pytest.approx(1)


def test_only_a_search_that_is_known_can_be_stopped(client: FlaskClient) -> None:
    assert client.post("/searches/never/stop").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_three_switches_are_searched_on_request(client: FlaskClient, language: str) -> None:
    address = f"/{language}/{FIXED}/search"
    more = {**SMALL, "increments": 2}
    two = client.post(address, data=more).get_data(as_text=True)
    assert 'name="run-further"' in two
    three = client.post(address, data={**more, "run-further": "on"}).get_data(as_text=True)
    assert 'name="run-further"' not in three
    counts = [int(found) for page in (two, three) for found in rows(page)]
    assert len(counts) == 3 + 4
    assert counts[:3] == counts[3:6]
    tried = {"en": "All {} schedules with at most 3 switches were tried."}
    if language in tried:
        assert tried[language].format(sum(counts[3:])) in three


def rows(page: str) -> list[str]:
    """Return the numbers of schedules by switches, in Latin digits."""
    table = page.split('class="histograms"')[1].split("</ul>")[1]
    return re.findall(r"\d+", in_latin_digits("".join(re.findall(r'often">(.*?)<', table))))


@pytest.mark.parametrize(
    ("language", "said"), [("en", "cannot be replayed"), ("fa", "نمی‌توان روی برنامهٔ کنونی")]
)
def test_a_kept_schedule_of_a_changed_source_is_shown_but_not_replayed(
    client: FlaskClient, store: Store, language: str, said: str
) -> None:
    text = client.post(f"/{language}/{LOST}/search", data=SMALL).get_data(as_text=True)
    [run] = set(re.findall(rf'href="(/{language}/runs/[\w-]+)"', text))
    page = client.get(run).get_data(as_text=True)
    [replay] = re.findall(r'href="([^"]*scheduler[^"]*)"', page)
    followed = client.get(html.unescape(replay))
    assert followed.status_code == 200
    assert "counter = " in followed.get_data(as_text=True) or "final: 1" in followed.text
    assert said not in page

    stored = store.find(run.rsplit("/", 1)[1])
    store.save(replace(stored, id="changed---------", source=f"# As it was.\n{stored.source}"))
    kept = client.get(f"/{language}/runs/changed---------").get_data(as_text=True)
    assert said in kept
    assert "/scheduler" not in kept
    assert "final: 1" in kept  # the record as it was
    assert "# As it was." in kept


def test_wrong_values_are_refused(client: FlaskClient) -> None:
    wrong = {**SMALL, "increments": "0"}
    assert client.post(f"/en/{LOST}/search", data=wrong).status_code == 422


def test_a_demo_of_processes_offers_no_search(client: FlaskClient) -> None:
    address = "/en/processes/process-pool/pool-map"
    page = client.get(address)
    if page.status_code == 200:
        assert "search-button" not in page.get_data(as_text=True)
    assert client.post(f"{address}/search").status_code == 404


# --- the scheduler ---


def choices(page: str) -> dict[str, str]:
    """Return the addresses of the threads that can go on, by their numbers."""
    found = re.findall(r'href="([^"]*)"\s+data-key="(\d)"', page)
    return {number: html.unescape(address) for address, number in found}


def played(client: FlaskClient, address: str, numbers: str) -> str:
    """Let the threads of these numbers go on, one after the other; return the last page."""
    page = client.get(address).get_data(as_text=True)
    for number in numbers:
        page = client.get(choices(page)[number]).get_data(as_text=True)
    return page


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_visitor_loses_an_update_by_hand(client: FlaskClient, language: str) -> None:
    page = played(client, f"/{language}/{LOST}/scheduler", "1122")
    assert "value = 0" in page  # thread 1 has read
    while links := choices(page):
        page = client.get(next(iter(links.values()))).get_data(as_text=True)
    assert "final: 1" in page
    assert f"/{language}/{FIXED}/scheduler" in page  # the next challenge


def test_a_threads_mark_stands_beside_the_number_of_its_line(client: FlaskClient) -> None:
    page = played(client, f"/en/{LOST}/scheduler", "12")
    lines = page.split('<span class="code-line')[1:]
    numbers = [re.findall(r'tabindex="-1">(\d+)</a>', line) for line in lines]
    assert numbers == [[str(number)] for number in range(1, len(lines) + 1)]
    stand = {
        (name, sign, number)
        for line, [number] in zip(lines, numbers, strict=True)
        for name, sign in re.findall(r'title="([\w-]+)[^"]*">(\w+)</b>', line)
    }
    assert {each[:2] for each in stand} == {
        ("MainThread", "M"),
        ("Thread-1", "T1"),
        ("Thread-2", "T2"),
    }
    assert sorted(number for *_, number in stand) == sorted(re.findall(r"Line (\d+):", page))


def done(page: str) -> list[str]:
    """Return what the last choice did."""
    [told] = re.findall(r'<ol class="did">(.*?)</ol>', page, re.S)
    steps = re.findall(r"<li[^>]*>(.*?)</li>", told, re.S)
    return [re.sub(r"<[^>]*>|[\u2066-\u2069]|\s+", " ", step).strip() for step in steps]


def values(page: str) -> list[str]:
    """Return the cells of the table of shared values, without the names of its rows."""
    [table] = re.findall(r"<tbody>(.*?)</tbody>", page)
    return re.findall(r"<td[^>]*>(.*?)</td>", table)


@pytest.mark.parametrize(
    ("language", "reads", "writes"), [("en", "reads", "writes"), ("fa", "می‌خواند", "می‌نویسد")]
)
def test_each_choice_shows_the_shared_values_before_and_after_it(
    client: FlaskClient, language: str, reads: str, writes: str
) -> None:
    begun = client.get(f"/{language}/{LOST}/scheduler").get_data(as_text=True)
    page = client.get(choices(begun)["1"]).get_data(as_text=True)
    page = client.get(choices(page)["1"]).get_data(as_text=True)
    [step] = done(page)
    assert "Thread-1" in step
    assert reads in step
    assert "counter = 0" in step
    assert values(page)[:2] == ["0", "0"]

    page = played(client, choices(page)["2"], "2")
    assert "<s>" not in page
    # The write of thread 2 is its last step: thread 1 then goes on alone, and writes over it.
    page = client.get(choices(page)["2"]).get_data(as_text=True)
    written = [step for step in done(page) if writes in step]
    assert ["counter = 0 → 1" in step for step in written] == [True, False]
    assert "counter = 1 → 1" in written[1]
    [crossed] = re.findall(r"<bdi>(Thread-\d)</bdi> <s>.*?1.*?</s>", page)
    assert crossed == "Thread-2"


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("address", "field"),
    [
        (f"/en/{LOST}/scheduler?thread_count=2&increments=1&window=call", 'value="call"\nchecked'),
        (
            f"/fa/{LOST}/scheduler?thread_count=۲&increments=۱&window=yield",
            'value="yield"\nchecked',
        ),
        ("/en/beyond/deadlock/dining-philosophers/scheduler?seats=3&timing=hurry", 'value="3"'),
    ],
)
def test_other_values_of_a_program_can_be_broken_by_hand(
    client: FlaskClient, address: str, field: str
) -> None:
    page = client.get(address).get_data(as_text=True)
    assert field in page
    for turn in range(100):
        if not (links := choices(page)):
            break
        page = client.get(links[sorted(links)[turn % len(links)]]).get_data(as_text=True)
    assert "outcome-finished" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_that_do_not_fit_are_refused_at_their_field(
    client: FlaskClient, language: Language
) -> None:
    answer = client.get(f"/{language}/{LOST}/scheduler?increments=none&thread_count=3")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert load_wording(language)("form.refused") in page
    assert 'id="e-increments"' in page
    assert 'id="e-thread_count"' not in page


def test_whether_an_event_is_set_is_among_the_shared_values(client: FlaskClient) -> None:
    page = played(client, "/en/beyond/event/lost-wake-up/scheduler", "00")
    told: list[str] = []
    while links := choices(page):
        found = re.findall(r"signal\.is_set\(\)</bdi></th><td>(\w+)</td>", page)
        told += [each for each in found if [each] != told[-1:]]
        page = client.get(links[min(links)]).get_data(as_text=True)
    assert told == ["False", "True", "False", "True"]


def test_a_program_that_can_be_broken_is_not_told_that_nobody_can(client: FlaskClient) -> None:
    page = played(client, f"/en/{LOST}/scheduler", "")
    while links := choices(page):
        page = client.get(links[max(links)]).get_data(as_text=True)
    assert "It has ended, and the goal is not reached" in page
    assert "were tried" not in page


def test_the_mended_demo_is_told_how_far_it_was_searched(client: FlaskClient) -> None:
    page = client.get(f"/en/{FIXED}/scheduler").get_data(as_text=True)
    while links := choices(page):
        page = client.get(next(iter(links.values()))).get_data(as_text=True)
    assert "No schedule that was tried reaches it" in page
    assert "Who reads the counter keeps the others out until it has written." in page
    assert re.search(r"All \d+ schedules with at most 2 switches were tried\.", page)


def test_the_first_page_takes_two_runs_at_most(
    client: FlaskClient, runner: EmbeddedRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Program] = []
    start = runner.start

    def counted(program: Program, **how: Any) -> str:
        started.append(program)
        return start(program, **how)

    monkeypatch.setattr(runner, "start", counted)
    page = client.get(f"/en/{LOST}/scheduler").get_data(as_text=True)
    assert {"1", "2"} <= choices(page).keys()
    assert len(started) == 2


@pytest.mark.parametrize(
    ("language", "choices_so_far", "won"),
    [
        ("en", "Choices so far: {}", "It took {} choices."),
        ("fa", "انتخاب‌ها تا اینجا: {}", "با {} انتخاب."),
    ],
)
def test_only_the_visitors_own_choices_are_told(
    client: FlaskClient, language: Language, choices_so_far: str, won: str
) -> None:
    number = load_wording(language).number
    page = played(client, f"/{language}/{LOST}/scheduler", "")
    assert 'class="did"' not in page
    assert 'data-key="Backspace"' not in page
    for pressed in range(100):
        assert choices_so_far.format(number(pressed)) in page
        assert ('class="did"' in page) is (pressed > 0)
        if not (links := choices(page)):
            break
        # Thread 1 reads, thread 2 does it all, and thread 1 goes on.
        page = client.get(links["1" if pressed < 2 else max(links)]).get_data(as_text=True)
    assert won.format(number(pressed)) in page


def test_a_step_back_is_the_address_before(client: FlaskClient) -> None:
    address = f"/en/{LOST}/scheduler"
    first = client.get(address).get_data(as_text=True)
    second = client.get(choices(first)["1"]).get_data(as_text=True)
    [back] = re.findall(r'href="([^"]*)"\s+data-key="Backspace"', second)
    assert choices(client.get(html.unescape(back)).get_data(as_text=True)) == choices(first)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("run-schedule=7", "Choice 1: there is no thread 7"),
        ("run-schedule=0*9", "Choice 6: thread 0 cannot go on"),
        ("run-schedule=0*5,1*3,2*9", "The program had ended after 11 choices."),
        ("run-schedule=0,x", "Part 2 is no choice: x"),
        ("run-schedule=0,0*30000", "too long from part 2 on"),
        ("run-schedule=0&run-source=another", "another version of the program"),
        ("increments=none", ""),
    ],
)
def test_a_schedule_that_does_not_fit_is_refused_with_its_place(
    client: FlaskClient, query: str, said: str
) -> None:
    answer = client.get(f"/en/{LOST}/scheduler?{query}")
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("reason", "key"), [("turn", "play.refused_turn"), ("steps", "play.refused_steps")]
)
def test_a_run_that_its_scheduler_gives_up_says_why(
    whole_site: SharedSite, store: Store, language: Language, reason: str, key: str
) -> None:
    halted = Event(1, 1000, 42, 42, "MainThread", Kind.HALTED, reason)
    runner = ScriptedRunner(batches=[[halted]], outcome=Outcome.TIMED_OUT)
    client = whole_site.lent(runner, store).test_client()
    answer = client.get(f"/{language}/{LOST}/scheduler?run-schedule=0")
    assert answer.status_code == 422
    assert load_wording(language)(key) in answer.get_data(as_text=True)


def test_a_demo_without_a_goal_has_no_scheduler(client: FlaskClient) -> None:
    assert client.get("/en/threads/lock/try-lock/scheduler").status_code == 404
