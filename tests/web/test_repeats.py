"""Many runs of a demo, as a page and as a stream."""

import re
import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.scripted import COURSE, GOOD, HELLO, STREAMED, ScriptedRunner, printed
from tests.web.test_runs import messages
from webapp.engine.events import Event
from webapp.engine.program import Program
from webapp.engine.recording import Outcome, Recording
from webapp.engine.runner import Busy, Changed, UnknownRun
from webapp.lessons.folders import find_topics
from webapp.lessons.repeats.tally import Tally
from webapp.pages import addresses
from webapp.pages.repeat import keeping, repetitions, running, stream
from webapp.pages.repeat.repetitions import KEPT, Repetitions
from webapp.pages.repeat.running import RUNS, Repetition
from webapp.pages.site.site import Run

REPEAT = f"{HELLO}/repeat"
SLEEPS, COMPUTES = 0.001, 0.2
"""Processor seconds of a run that takes 0.214 s."""


@dataclass
class ManyRuns(ScriptedRunner):
    """Plays many runs: the nth prints hello `hellos(n)` times and has the outcome `ends(n)`.

    While `held`, all runs that are not `free` go on until they are cancelled.
    """

    hellos: Callable[[int], int] = lambda number: 2
    ends: Callable[[int], Outcome] = lambda number: Outcome.FINISHED
    cpu: float = SLEEPS
    held: bool = False
    free: tuple[str, ...] = ("run1",)
    full: Callable[[int], bool] = lambda attempt: False
    forgotten: frozenset[str] = frozenset()
    text: str = "hello\n"
    attempts: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    wake: threading.Event = field(default_factory=threading.Event)

    def start(self, program: Program, **options: Any) -> str:
        self.attempts += 1
        if self.full(self.attempts):
            raise Busy
        return super().start(program, **options)

    def follow(
        self, run: str, after: int = 0, *, changed: Changed | None = None
    ) -> Generator[Sequence[Event], None, None]:
        follower = self._until_the_end(run, changed)
        self.followers.append(follower)
        return follower

    def _until_the_end(
        self, run: str, changed: Changed | None
    ) -> Generator[Sequence[Event], None, None]:
        with self.lock:
            self.following += 1
            self.most = max(self.most, self.following)
        try:
            if changed:
                changed(True)
            yield []
            while self.held and run not in (*self.free, *self.cancelled):
                yield []
        finally:
            with self.lock:
                self.following -= 1

    def recording(self, run: str) -> Recording | None:
        if run in self.forgotten:
            raise UnknownRun(run)
        number = int(run.removeprefix("run"))
        said = [printed(at, self.text) for at in range(1, self.hellos(number) + 1)]
        ending = Outcome.CANCELLED if run in self.cancelled else self.ends(number)
        whole = super().recording(run)
        assert whole
        return replace(whole, events=tuple(said), outcome=ending, cpu=self.cpu)


@pytest.fixture
def runner() -> ManyRuns:
    return ManyRuns()


def rows(page: str, number: int = 0) -> list[tuple[str, str]]:
    """Return each bar of a histogram: its label and its number of runs."""
    histogram = re.findall(r'<section class="histogram".*?</section>', page, re.S)[number]
    bars = re.findall(
        r'class="bar-label">\s*(.*?)\s*</span>.*?class="often">(.*?)<', histogram, re.S
    )
    return [(re.sub("<.*?>", "", label), often) for label, often in bars]


def streamed(client: FlaskClient) -> Generator[str, None, None]:
    """Start a stream and yield its pieces; closing the generator closes the stream."""
    answer = client.post(REPEAT, data=GOOD, headers=STREAMED, buffered=False)
    try:
        for piece in answer.response:
            yield piece.decode() if isinstance(piece, bytes) else piece
    finally:
        answer.close()


def test_every_run_is_of_the_same_program_for_the_same_visitor(
    client: FlaskClient, runner: ManyRuns
) -> None:
    given = {**GOOD, "run-visitor": "me", "run-transcript-only": "on"}
    assert client.post(REPEAT, data=given).text
    assert len(runner.programs) == RUNS
    assert {str(program.parameters) for program in runner.programs} == {
        "{'times': 3, 'pause': 0.5, 'tone': 'warm'}"
    }
    assert set(runner.visitors) == {"127.0.0.1 me"}
    assert set(runner.observed) == {False}


def test_without_javascript_the_page_has_every_run_and_the_panel(
    client: FlaskClient, runner: ManyRuns
) -> None:
    runner.hellos = lambda number: 3 if number == 7 else 2
    page = client.post(REPEAT, data=GOOD)
    assert page.status_code == 200
    assert page.mimetype == "text/html"
    assert page.text.count('class="run-line"') == RUNS
    assert "Outcome: greetings" in page.text
    assert rows(page.text) == [("2", "29 times"), ("3", "once")]
    assert page.text.rstrip().endswith("</html>")


def test_the_stream_counts_the_runs_and_ends_with_the_panel(client: FlaskClient) -> None:
    answer = client.post(REPEAT, data=GOOD, headers=STREAMED)
    assert answer.mimetype == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    first, *each, panel, over = messages(answer.text)
    assert 'data-phase="running"' in first["data"]
    assert "data-run=" not in first["data"]
    assert "0 of 30" in first["data"]
    assert [f"{n} of 30" in m["data"] for n, m in enumerate(each, 1)] == [True] * RUNS
    assert "30 runs of the same program" in panel["data"]
    assert over == {"event": "over", "data": ""}


def test_bad_values_are_refused_as_for_a_single_run(client: FlaskClient, runner: ManyRuns) -> None:
    bad = {**GOOD, "times": "99"}
    for headers in ({}, STREAMED):
        once = client.post(HELLO, data=bad, headers=headers)
        often = client.post(REPEAT, data=bad, headers=headers)
        assert often.status_code == once.status_code == 422
        assert often.headers.get("HX-Retarget") == once.headers.get("HX-Retarget")
        assert "e-times" in often.text
    assert runner.attempts == 0


def test_a_full_server_says_so_at_the_first_run(client: FlaskClient, runner: ManyRuns) -> None:
    runner.busy = True
    page = client.post(REPEAT, data=GOOD)
    assert page.status_code == 503
    assert page.headers["Retry-After"].isdigit()
    assert f'href="{HELLO}?times=3&amp;pause=0.5&amp;tone=warm">Run again</a>' in page.text


def test_a_server_that_is_full_for_a_later_run_is_asked_again(
    client: FlaskClient, runner: ManyRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BUSY_PAUSE", 0.01)
    runner.full = lambda attempt: attempt % 3 == 0
    page = client.post(REPEAT, data=GOOD).text
    assert page.count('class="run-line"') == RUNS
    assert runner.attempts > RUNS


def test_a_server_that_stays_full_carries_out_fewer_runs(
    client: FlaskClient, runner: ManyRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BUSY_PAUSE", 0.01)
    monkeypatch.setattr(running, "LONGEST", 0.5)
    runner.full = lambda attempt: attempt > 5
    page = client.post(REPEAT, data=GOOD).text
    assert "Only 5 of 30 runs were made" in page
    assert rows(page) == [("2", "5 times")]


def test_runs_that_compute_go_one_at_a_time(client: FlaskClient, runner: ManyRuns) -> None:
    runner.cpu = COMPUTES
    page = client.post(REPEAT, data=GOOD).text
    assert "The runs went one after the other" in page
    assert page.count('class="run-line"') == RUNS
    assert runner.most == 1


def test_runs_of_a_demo_without_sleeps_go_one_at_a_time(
    client: FlaskClient, runner: ManyRuns
) -> None:
    """On a busy machine they may take long, but they wait for the processor and do not sleep."""
    assert client.post("/en/threads/greeting/say-nothing/repeat").text
    assert runner.most == 1


def test_runs_that_sleep_go_concurrently(client: FlaskClient, runner: ManyRuns) -> None:
    runner.held = True
    pieces = streamed(client)
    begun, first, heartbeat = next(pieces), next(pieces), next(pieces)
    assert "0 of 30" in begun
    assert "1 of 30" in first
    assert heartbeat == ": heartbeat\n\n"
    assert runner.following == RUNS - 1
    runner.held = False
    assert "Up to 29 runs went on at the same time" in "".join(pieces)


def test_runs_that_had_to_be_ended_go_concurrently(client: FlaskClient, runner: ManyRuns) -> None:
    runner.ends = lambda number: Outcome.DEADLOCKED
    runner.held = True
    pieces = streamed(client)
    next(pieces), next(pieces), next(pieces)
    assert runner.following > 1
    pieces.close()


def test_repetitions_share_the_capacity(runner: ManyRuns) -> None:
    all_of_them = Repetitions()
    runner.held, runner.free = True, ()
    others = [begin(all_of_them, runner) for _ in range(repetitions.TOGETHER // 5 - 1)]
    streams = [other.follow() for other in others]
    for stream_of_other in streams:
        next(stream_of_other)
    own = begin(all_of_them, runner)
    runner.free = (own.run.id,)
    before, follower = runner.following, own.follow()
    while runner.following < before + 5:
        next(follower)
    next(follower)
    assert runner.following == before + 5
    for one in (*streams, follower):
        one.close()
    all_of_them.stop(own.id)
    assert own.stopped


def test_a_repetition_that_was_left_is_forgotten_after_a_while(
    runner: ManyRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_of_them = Repetitions()
    left, over = begin(all_of_them, runner), begin(all_of_them, runner)
    assert list(over.follow())
    assert all_of_them.find(left.id) is left
    monkeypatch.setitem(KEPT, False, 0.0)
    with pytest.raises(KeyError):
        all_of_them.find(left.id)
    assert all_of_them.find(over.id) is over
    with pytest.raises(KeyError):
        all_of_them.stop(over.id)
    monkeypatch.setattr(repetitions, "MOST_KEPT", 0)
    with pytest.raises(KeyError):
        all_of_them.find(over.id)


def begin(among: Repetitions, runner: ManyRuns) -> Repetition:
    """Begin to repeat the first demo with its defaults."""
    topic = find_topics(COURSE)[0]
    demo = topic.demos[0]
    program, tally = demo.program(demo.defaults), Tally(demo.outcome, demo.defaults)
    first = Run(runner.start(program), "en", topic, demo, demo.defaults, transcript_only=False)
    return among.begin(runner, first, lambda: runner.start(program), tally, ideal=1.0)


@dataclass
class MemoryNotices:
    """Notices between servers, in memory."""

    notices: set[str] = field(default_factory=set)

    def set_notice(self, notice: str) -> None:
        self.notices.add(notice)

    def has_notice(self, notice: str) -> bool:
        return notice in self.notices


def test_a_repetition_can_be_stopped_on_another_server(runner: ManyRuns) -> None:
    notices = MemoryNotices()
    here, there = Repetitions(notices), Repetitions(notices)
    runner.held = True
    own, other = begin(here, runner), begin(here, runner)
    there.stop(own.id)
    assert not own.stopped
    list(own.follow())
    assert own.stopped
    assert not other.stopped


def resume_address(begun: str) -> str:
    """Return the address at which the page takes its repetition up again, in Persian."""
    found = re.search(r'data-resume="(/repetitions/[^"]+)"', begun)
    assert found
    return f"/fa{found[1]}"


def test_a_reader_that_leaves_follows_no_run(client: FlaskClient, runner: ManyRuns) -> None:
    """The engine ends a run that nobody follows."""
    runner.held = True
    pieces = streamed(client)
    next(pieces), next(pieces), next(pieces)
    assert runner.following == RUNS - 1
    pieces.close()
    assert runner.following == 0


def test_a_reader_that_returns_gets_the_rest_in_his_language(
    client: FlaskClient, runner: ManyRuns
) -> None:
    runner.held = True
    pieces = streamed(client)
    address = resume_address(next(pieces))
    next(pieces), next(pieces)
    pieces.close()
    runner.held = False
    runner.ends = lambda number: Outcome.CANCELLED if number == 7 else Outcome.FINISHED
    _, past, *rest, panel, _ = messages(client.get(address).text)
    assert past["data"].count('class="run-line"') == 1
    assert "اجرای ۱" in past["data"]
    assert len(rest) == RUNS - 1
    assert rows(panel["data"]) == [("۲", "۳۰ بار")]
    # The seventh had ended for want of a follower, and another took its place.
    assert len(runner.programs) == RUNS + 1
    again = messages(client.get(address.replace("/fa/", "/en/")).text)
    assert [message["data"].count('class="run-line"') for message in again] == [0, RUNS, 0, 0]
    assert rows(again[2]["data"]) == [("2", "30 times")]
    assert len(runner.programs) == RUNS + 1


def test_of_two_readers_the_later_one_follows(client: FlaskClient, runner: ManyRuns) -> None:
    """A server may notice only later that a page was left."""
    runner.held = True
    earlier = streamed(client)
    address = resume_address(next(earlier))
    next(earlier), next(earlier)
    runner.held = False
    rest: list[str] = []
    left = threading.Timer(0.2, lambda: rest.extend(earlier))
    left.start()
    *_, panel, _ = messages(client.get(address).text)
    left.join()
    assert rows(panel["data"]) == [("۲", "۳۰ بار")]
    assert "event: over" not in "".join(rest)


def test_an_unknown_repetition_leaves_the_page_as_it_is(client: FlaskClient) -> None:
    assert client.get("/en/repetitions/nobody/_panel").status_code == 204


def test_stop_ends_running_runs_and_shows_the_results_so_far(
    client: FlaskClient, runner: ManyRuns
) -> None:
    runner.held = True
    pieces = streamed(client)
    begun = next(pieces)
    next(pieces), next(pieces)
    stop = re.search(r'action="(/repetitions/[^"]+/stop)"', begun)
    assert stop
    assert client.post(stop[1]).status_code == 204
    rest = "".join(pieces)
    assert "Stopped after 1 of 30 runs." in rest
    assert rows(rest.replace("data: ", "")) == [("2", "once")]
    assert runner.following == 0
    assert client.post(stop[1]).status_code == 404


def test_stop_before_any_run_is_over_says_so(client: FlaskClient, runner: ManyRuns) -> None:
    runner.held, runner.free = True, ()
    pieces = streamed(client)
    stop = re.search(r'action="(/repetitions/[^"]+/stop)"', next(pieces))
    assert stop
    client.post(stop[1])
    rest = "".join(pieces)
    assert "No run came to its end" in rest
    assert "Stopped after 0 of 30 runs." in rest


def test_a_cancelled_or_lost_run_is_counted_as_such(client: FlaskClient, runner: ManyRuns) -> None:
    ends = {3: Outcome.LOST, 5: Outcome.TIMED_OUT, 6: Outcome.TIMED_OUT}
    runner.ends = lambda number: ends.get(number, Outcome.FINISHED)
    page = client.post(REPEAT, data=GOOD).text
    assert rows(page) == [("2", "27 times"), ("Out of time", "2 times"), ("Lost", "once")]
    assert "Not all of them finished: Finished 27, Out of time 2, Lost 1." in page


def test_a_run_that_the_server_no_longer_knows_is_left_out(
    client: FlaskClient, runner: ManyRuns
) -> None:
    runner.forgotten = frozenset({"run4"})
    assert rows(client.post(REPEAT, data=GOOD).text) == [("2", "29 times")]


def test_the_rarest_run_is_stored_and_linked(client: FlaskClient, runner: ManyRuns) -> None:
    runner.hellos = lambda number: {4: 1, 9: 3}.get(number, 2)
    page = client.post(REPEAT, data=GOOD).text
    assert rows(page) == [("1", "once"), ("2", "28 times"), ("3", "once")]
    link = re.search(r'class="button primary"\s+href="([^"]+)">Show me the rarest run', page)
    assert link
    assert link[1] == addresses.run("en", "run4")
    assert "1 more were equally rare" in page


def dots(page: str) -> list[list[str]]:
    """Return the addresses of the dots of each bar of the outcomes."""
    histogram = re.findall(r'<section class="histogram".*?</section>', page, re.S)[0]
    bars = re.findall(r"<li.*?</li>", histogram, re.S)
    return [re.findall(r'class="dot"\s+href="([^"]+)"', bar) for bar in bars]


def test_each_run_is_a_dot_that_opens_it(client: FlaskClient, runner: ManyRuns) -> None:
    """Runs that were not stored are stored when they are opened."""
    runner.hellos = lambda number: {4: 1, 9: 3}.get(number, 2)
    one, two, three = dots(client.post(REPEAT, data=GOOD).text)
    assert one == [addresses.run("en", "run4")]
    assert three == [addresses.run("en", "run9")]
    assert len({*one, *two, *three}) == RUNS


def test_the_dots_grow_with_the_runs(client: FlaskClient, runner: ManyRuns) -> None:
    """While runs go on a dot leads nowhere: following it would end them."""
    answer = client.post(REPEAT, data=GOOD, headers=STREAMED)
    _, *each, panel, _ = messages(answer.text)
    grown = [len(re.findall(r'<i class="dot">', message["data"])) for message in each]
    assert grown == [*range(1, RUNS + 1)]
    assert panel["data"].count('<a class="dot"') == 2 * RUNS  # of outcomes and of wall times


def test_the_ideal_time_is_a_line_among_the_times(client: FlaskClient, runner: ManyRuns) -> None:
    page = client.post(REPEAT, data=GOOD).text
    _, walls = re.findall(r'<section class="histogram".*?</section>', page, re.S)
    assert walls.count('class="expected"') == 1
    assert ">ideal time<" in walls


def test_a_run_that_cannot_be_stored_is_not_linked(
    client: FlaskClient, runner: ManyRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "keep", lambda site, run, recording: False)
    runner.hellos = lambda number: number % 2
    page = client.post(REPEAT, data=GOOD).text
    assert "Its run could not be kept." in page


def test_the_panel_says_how_to_read_it(client: FlaskClient, runner: ManyRuns) -> None:
    same = client.post(REPEAT, data=GOOD).text
    assert "All 30 runs had the same outcome." in same
    assert "The rarest" not in same
    runner.hellos = lambda number: number % 3
    differ = client.post(REPEAT, data=GOOD).text
    assert "had different outcomes" in differ
    persian = client.post(REPEAT.replace("/en/", "/fa/"), data=GOOD).text
    assert "کمیاب‌ترین اجرا را نشان بده" in persian
    assert rows(persian) == [("۰", "۱۰ بار"), ("۱", "۱۰ بار"), ("۲", "۱۰ بار")]


def test_lines_are_shown_with_their_places(client: FlaskClient, runner: ManyRuns) -> None:
    runner.hellos = lambda number: 1 + (number == 2)
    page = client.post(REPEAT, data=GOOD).text
    assert "Lines: 1 came in every run, 1 of them always in order" in page
    assert "Lines that came in a single run: 1. One of them is: hello" in page


def test_output_of_a_program_is_text(client: FlaskClient, runner: ManyRuns) -> None:
    address = HELLO.replace("say-hello", "say-in-turn")
    runner.text = "hello from <b>\n"
    page = client.post(f"{address}/repeat", data={"order": "2, 1, 3", "pauses": "0, 0.5"}).text
    assert "hello from &lt;b&gt;" in page
    assert "hello from <b>" not in page


def test_a_panel_that_cannot_be_drawn_still_ends_the_page(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "build_repeats", lambda *args: 1 / 0)
    page = client.post(REPEAT, data=GOOD).text
    assert "could not be shown together" in page
    assert page.rstrip().endswith("</html>")


def test_the_address_has_no_page(client: FlaskClient) -> None:
    assert client.get(REPEAT).status_code == 405
    assert client.post("/repetitions/nobody/stop").status_code == 404
