"""The picture, the walk, the table and the trace of any record, and what they leave out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from xml.etree import ElementTree

import pytest

from tests.timeline.records import CHILD, MAIN, A, B, Step, life, many, record
from webapp.engine.events import Event, How, Kind
from webapp.engine.recording import Link, Outcome, Recording, Wait
from webapp.lessons.text import LANGUAGES, Language
from webapp.pages.texts.wording import load_wordings
from webapp.timeline.arrows import find_arrows
from webapp.timeline.bands import MANY
from webapp.timeline.cycle import draw_cycle
from webapp.timeline.document import draw_document
from webapp.timeline.figure import Setting, draw_figure
from webapp.timeline.lanes import State, Timeline
from webapp.timeline.reading import draw
from webapp.timeline.scale import UNITS, View, ticks, written
from webapp.timeline.steps import draw_steps
from webapp.timeline.svg import Picture, draw_picture
from webapp.timeline.tables import draw_table
from webapp.timeline.trace import draw_trace
from webapp.timeline.words import step_text

WORDINGS = load_wordings()
EN = WORDINGS["en"]


def picture(recording: Recording, view: View | None = None) -> Picture:
    timeline = draw(recording)
    whole = View(0, timeline.end)
    return draw_picture(timeline, find_arrows(timeline), view or whole, EN, label="lanes")


def crowd(workers: int) -> Recording:
    steps = life(MAIN, 0, 900)
    for at in range(workers - 1):
        steps += life((100, 200 + at), 10 + at, 800 + at)
    return record(steps)


ODD: dict[str, Callable[[], Recording]] = {
    "no events": lambda: record([]),
    "no time at all": lambda: record(life(MAIN, 0, 0), wall=0),
    "cut off": lambda: record(life(A, 0, None), dropped=5000, outcome=Outcome.CANCELLED),
    "never ended": lambda: record(
        [*life(MAIN, 0, None), *life(A, 5, None)], outcome=Outcome.TIMED_OUT
    ),
    "out of order": lambda: record([*reversed(life(A, 0, 90, (9, A, Kind.SLEPT, "", "1")))]),
    "only ends": lambda: record([(5, A, Kind.WOKE, "", ""), (6, A, Kind.RELEASED, "lock", "")]),
    "only printed": lambda: record([(5, A, Kind.PRINTED, "stdout", "x\n")], observed=False),
    "unknown writer": lambda: record([(5, (0, 0), Kind.PRINTED, "stderr", "raw\n")]),
    "hostile names": lambda: record(
        life(
            A,
            0,
            90,
            (5, A, Kind.WAITS, "</script><b onload=x>\0\x1b", "get"),
            (60, A, Kind.RAISED, "&", "<"),
        )
    ),
    "fifty workers": lambda: crowd(50),
    "a hundred thousand events": lambda: many(100_000),
}


@cache
def drawn(name: str) -> Timeline:
    return draw(ODD[name]())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ODD)
def test_every_record_can_be_drawn(name: str, language: Language) -> None:
    say, timeline = WORDINGS[language], drawn(name)
    html = draw_figure(timeline, say, Setting(ideal=0.5))
    # It is XML, except for the void element, the bare attribute and the data.
    html = re.sub(r"<script.*</script>| hidden", "", re.sub(r"(<input[^>]*)>", r"\1/>", html))
    ElementTree.fromstring(html)
    ElementTree.fromstring(draw_document(timeline, say, title="<a & b>").encode())
    json.dumps(draw_trace(timeline))
    assert len(draw_table(timeline)) == len(timeline.lanes)


def test_a_thousand_events_are_a_small_picture() -> None:
    assert len(picture(many(1000)).svg) <= 60_000


def test_merged_stretches_are_counted_and_are_separate_when_zoomed() -> None:
    recording = many(20_000)
    whole = picture(recording)
    assert whole.merged > 1000
    assert len(whole.svg) < 300_000
    close = picture(recording, View(0, 400))
    assert close.merged == 0
    assert "merged" not in draw_figure(draw(record(life(A, 0, 9))), EN, Setting())
    assert f"{whole.merged:,}".replace(",", "\u202f") in draw_figure(draw(recording), EN, Setting())


def test_every_event_has_a_mark() -> None:
    """Even a sleep of a thousandth of a pixel shows."""
    steps = life(
        A, 0, 10**9, (5 * 10**8, A, Kind.SLEPT, "", "0"), (5 * 10**8 + 1, A, Kind.WOKE, "", "")
    )
    assert 'class="sleeping"' in picture(record(steps, wall=10**9)).svg


def test_very_many_lanes_are_drawn_low() -> None:
    few, many_ = picture(crowd(MANY)), picture(crowd(MANY + 1))
    assert not few.low
    assert many_.low
    assert many_.height < few.height


def test_a_view_shows_only_its_part() -> None:
    steps = life(A, 0, 1000, (100, A, Kind.SLEPT, "", "0.0001"), (200, A, Kind.WOKE, "", ""))
    assert 'class="sleeping"' in picture(record(steps), View(0, 300)).svg
    assert 'class="sleeping"' not in picture(record(steps), View(300, 1000)).svg


def test_the_ideal_is_drawn_at_its_time() -> None:
    timeline = draw(record(life(A, 0, 1000)))
    svg = draw_picture(timeline, (), View(0, 1000), EN, label="x", ideal=250).svg
    assert f'class="ideal" d="M{UNITS // 4} ' in svg
    assert "ideal 0.25 ms" in svg


@pytest.mark.parametrize(
    ("span", "first", "second"),
    [
        (30_000_000, "0 s", "5 s"),
        (1_500_000, "0 s", "0.2 s"),
        (15_000, "0 ms", "2 ms"),
        (9, "0 µs", "1 µs"),
    ],
)
def test_ticks_are_round(span: int, first: str, second: str) -> None:
    times = [written(time, span) for time in ticks(View(0, span))]
    assert times[:2] == [first, second]
    assert 6 <= len(times) <= 16


# --- the walk ---


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("timeout", ["", " 0.5"])
def test_every_kind_of_step_has_its_words(language: Language, timeout: str) -> None:
    texts = {Kind.SLEPT: "0.5", Kind.EXITED: "200 -9", Kind.PUT: "1: 'x'", Kind.TOOK: "0: 'x'"}
    for kind in Kind:
        ways = (
            [f"{how}{timeout}" for how in How if not timeout or how is not How.TURN]
            if kind is Kind.WAITS
            else [texts.get(kind, timeout)]
        )
        for text in ways:
            thing = "limit" if kind is Kind.UNWATCHED else "thing"
            event = Event(1, 0, 1, 1, "w", kind, thing, text)
            assert step_text(WORDINGS[language], event)


@pytest.mark.parametrize(("language", "place"), [("en", "2 of 3"), ("fa", "۲ از ۳")])
def test_a_place_at_a_barrier_is_in_the_visitors_language(language: Language, place: str) -> None:
    steps = [
        (9, A, Kind.ARRIVED, "meeting", "2 of 3"),
        (10, A, Kind.WAITS, "meeting", "barrier"),
        (900, A, Kind.PASSED, "meeting", "1"),
    ]
    recording, say = record(life(A, 0, 1000, *steps)), WORDINGS[language]
    timeline = draw(recording)
    view = View(0, timeline.end)
    drawn = draw_picture(timeline, find_arrows(timeline), view, say, label="lanes").svg
    isolates = dict.fromkeys(range(0x2066, 0x206A))
    assert {*re.findall(r"\d of \d|\d از \d", drawn.translate(isolates))} == {place}
    assert place in step_text(say, recording.events[1]).translate(isolates)
    # Beside a Latin name, or at the begin of a line, a bare number would change its place.
    assert language == "en" or not re.findall("[^\u2068][۰-۹] از", drawn)


def test_a_walk_has_the_state_of_every_worker_after_each_step() -> None:
    steps = [
        *life(A, 0, 90, (10, A, Kind.GOT, "lock", ""), (60, A, Kind.RELEASED, "lock", "")),
        *life(B, 5, 95, (20, B, Kind.WAITS, "lock", "acquire"), (61, B, Kind.GOT, "lock", "")),
    ]
    data = draw_steps(draw(record(steps)), EN)
    assert [step[0] for step in data["steps"]] == [0, 5, 10, 20, 60, 61, 90, 95]

    def at(step: int, lane: int, kind: int) -> list[str]:
        """Return the state of a lane after a step, counted from 0."""
        return [
            data["sentences"][sentence]
            for of, what, sentence, first, end in data["spans"]
            if of == lane and what == kind and first <= step < end
        ]

    assert at(0, 1, 0) == []  # not started yet
    assert (at(3, 0, 0), at(3, 0, 1)) == (["running"], ["lock"])
    assert (at(3, 1, 0), at(3, 1, 1)) == (["waiting for lock"], [])
    assert (at(5, 0, 1), at(5, 1, 0), at(5, 1, 1)) == ([], ["running"], ["lock"])
    assert at(6, 0, 0) == []  # over
    assert at(7, 1, 0) == []


def test_a_walk_has_the_line_that_each_step_printed() -> None:
    steps = life(
        A, 0, 90, (10, A, Kind.PRINTED, "stdout", "a\nb\n"), (20, A, Kind.PRINTED, "stdout", "c\n")
    )
    printed = [step[3] for step in draw_steps(draw(record(steps)), EN)["steps"]]
    assert printed == [-1, 0, 2, -1]


def test_data_in_a_page_cannot_close_their_script() -> None:
    html = draw_figure(drawn("hostile names"), EN, Setting())
    [data] = re.findall(r'<script type="application/json">(.*?)</script>', html)
    assert any("</script>" in sentence for sentence in json.loads(data)["sentences"])
    assert "<b onload" not in html


# --- the table, the trace, the cycle ---


def test_the_table_adds_up() -> None:
    steps = life(
        A,
        0,
        1000,
        (100, A, Kind.SLEPT, "", "0.0002"),
        (300, A, Kind.WOKE, "", ""),
        (400, A, Kind.WAITS, "lock", "acquire"),
        (500, A, Kind.GOT, "lock", ""),
        (700, A, Kind.RELEASED, "lock", ""),
    )
    [row] = draw_table(draw(record(steps)))
    assert (row.ran, row.slept) == pytest.approx((0.0007, 0.0002))
    [waited], [held] = row.waited, row.held
    assert (waited.object, waited.times, held.object, held.times) == ("lock", 1, "lock", 1)
    assert (waited.seconds, held.seconds) == pytest.approx((0.0001, 0.0002))


def test_a_trace_has_every_lane_from_its_start_to_its_end() -> None:
    timeline = draw(many(200))
    trace = draw_trace(timeline)["traceEvents"]
    for lane in timeline.lanes:
        own = [part for part in trace if (part["pid"], part["tid"]) == lane.key]
        slices = [part for part in own if part["ph"] == "X"]
        assert sum(part["dur"] for part in slices) == lane.end - lane.start
        assert [part["args"]["name"] for part in own if part["name"] == "thread_name"] == [
            lane.name
        ]
    held = [part for part in trace if part["ph"] == "b"]
    assert len(held) == sum(
        stretch.state is State.HOLDING for lane in timeline.lanes for stretch in lane.beside
    )
    flows = [part["ph"] for part in trace if part["ph"] in "sf"]
    assert flows == ["s", "f"] * len(find_arrows(timeline))


def test_a_cycle_links_each_wait_to_its_line() -> None:
    two = (Wait("lefty", "right", 7, "righty"), Wait("righty", "left", 9, "lefty"))
    svg = draw_cycle(two, EN, lines="L")
    root = ElementTree.fromstring(svg)
    assert [link.get("href") for link in root.iter("a")] == ["#L7", "#L9"]
    names = [
        text.text
        for node in root.iter("g")
        if "node" in node.get("class", "")
        for text in node.iter("text")
    ]
    assert names == ["lefty", "right", "righty", "left"]
    assert draw_cycle((), EN, lines="L") == ""


def test_the_edges_of_a_cycle_say_what_is_known_of_who_could_give() -> None:
    path = (
        Wait("MainThread", "ThreadPoolExecutor-0_0", 7, "ThreadPoolExecutor-0_0", Link.JOINED),
        Wait("ThreadPoolExecutor-0_0", "jobs", 8, "C", Link.ANY),
        Wait("C", "permit", 9, "job-1", Link.ENDED),
    )
    svg = draw_cycle(path, EN, lines="L")
    shown = [text.text for text in ElementTree.fromstring(svg).iter("text")]
    assert shown == [
        "MainThread",
        "ThreadPoo…utor-0_0",
        "jobs",
        "C",
        "permit",
        "job-1 (ended)",
        "waits, line 7",
        "waits, line 8",
        "could come from",
        "waits, line 9",
        "taken last by",
    ]


def test_a_cycle_names_a_joined_worker_without_an_object() -> None:
    svg = draw_cycle((Wait("a", "b", 1, "b"), Wait("b", "a", 2, "a")), EN, lines="L")
    assert svg.count('class="node worker"') == 2
    assert svg.count('class="node"') == 0


def test_a_killed_process_is_called_killed() -> None:
    steps: list[Step] = [
        *life(MAIN, 0, 90, (50, MAIN, Kind.EXITED, "child", "200 -9")),
        *life(CHILD, 5, None),
    ]
    html = draw_figure(draw(record(steps)), EN, Setting())
    assert "✕" in html
    assert "killed at 0.000 s (exit code -9)" in html


def test_the_axis_has_the_digits_of_the_language() -> None:
    timeline = draw(crowd(3))
    for language, digits in (("en", "[0-9]"), ("fa", "[۰-۹]")):
        html = draw_figure(timeline, WORDINGS[language], Setting(ideal=timeline.end / 2_000_000))
        told = re.findall(r'<text class="(?:tick|ideal)[^"]*"[^>]*>([^<]*)', html)
        assert told
        assert all(re.search(digits, text) for text in told)
        assert not any(re.search("[0-9]", text) for text in told if language == "fa")
