"""A picture that needs no legend: its shapes, its letters and signs, its arrows and its folds."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from tests.timeline.records import CHILD, MAIN, A, B, Step, life, many, record
from webapp.engine.events import Key, Kind
from webapp.engine.recording import Recording
from webapp.lessons.text import LANGUAGES, Language
from webapp.pages.texts.wording import load_wordings
from webapp.timeline.arrows import find_arrows
from webapp.timeline.figure import Setting, draw_figure
from webapp.timeline.folds import find_folds
from webapp.timeline.reading import draw
from webapp.timeline.rows import TALL
from webapp.timeline.scale import FOLD, UNITS, View, ticks
from webapp.timeline.story import MOST
from webapp.timeline.svg import draw_picture

WORDINGS = load_wordings()
EN = WORDINGS["en"]
C: Key = (100, 103)


def waits(key: Key, name: str, start: int, end: int, released: int) -> list[Step]:
    """Return the steps of a worker that waits for a lock and then holds it."""
    return [
        (start, key, Kind.WAITS, name, "acquire"),
        (end, key, Kind.GOT, name, ""),
        (released, key, Kind.RELEASED, name, ""),
    ]


def in_time(*steps: Step) -> list[Step]:
    return sorted(steps, key=lambda step: step[0])


ONE_LOCK = record(
    in_time(
        *life(A, 0, 900, *waits(A, "lock", 10, 11, 300)),
        *life(B, 0, 900, *waits(B, "lock", 10, 301, 600)),
        *life(C, 0, 900, *waits(C, "lock", 10, 601, 900)),
    )
)
TWO_LOCKS = record(
    in_time(
        *life(A, 0, 1000, *waits(A, "left", 10, 11, 990), (400, A, Kind.WAITS, "right", "acquire")),
        *life(B, 0, 1000, *waits(B, "right", 10, 11, 990), (400, B, Kind.WAITS, "left", "acquire")),
    )
)


def svg_of(recording: Recording, *, ideal: int | None = None, folded: bool = False) -> str:
    timeline = draw(recording)
    view = View(0, timeline.end, find_folds(timeline) if folded else ())
    return draw_picture(timeline, find_arrows(timeline), view, EN, label="lanes", ideal=ideal).svg


def texts(svg: str, kind: str = "") -> list[str]:
    """Return the letters of a picture whose class has `kind`."""
    return [
        text.text or ""
        for text in ElementTree.fromstring(svg).iter("text")
        if kind in text.get("class", "") and "tick" not in text.get("class", "")
    ]


def shown_at(svg: str, width: str) -> list[str]:
    """Return the letters that a page shows at a width: "s", "m" or "l"."""
    order = "sml"
    found = []
    for text in ElementTree.fromstring(svg).iter("text"):
        fit = re.search("fit-([sml])", text.get("class", ""))
        until = re.search("until-([sml])", text.get("class", ""))
        at = order.index(width)
        if fit and order.index(fit[1]) <= at and not (until and order.index(until[1]) <= at):
            found.append(text.text or "")
    return found


def paths(svg: str, look: str) -> list[ElementTree.Element]:
    return [
        path
        for path in ElementTree.fromstring(svg).iter("path")
        if look in path.get("class", "").split()
    ]


# --- the shapes ---


def test_a_sleep_is_a_hatched_bar_as_high_as_a_lane() -> None:
    steps = life(A, 0, 900, (100, A, Kind.SLEPT, "", "0.0005"), (600, A, Kind.WOKE, "", ""))
    svg = svg_of(record(steps))
    [sleeping], [hatch] = paths(svg, "sleeping"), paths(svg, "hatch")
    assert f"v{TALL.bar}h" in sleeping.get("d", "")
    assert hatch.get("d", "").startswith(sleeping.get("d", "").split()[0])


def test_a_lock_has_one_colour_for_its_holder_and_for_those_who_wait() -> None:
    svg = svg_of(TWO_LOCKS)
    held = {path[0].text: path.get("class") for path in paths(svg, "holding")}
    waiting = {path[0].text: path.get("class") for path in paths(svg, "waiting")}
    assert held == {"holds left": "holding thing-0", "holds right": "holding thing-1"}
    assert waiting["waiting for right"] == "waiting thing-1"
    assert waiting["waiting for left"] == "waiting thing-0"


def test_a_wait_has_a_clock_and_a_holding_a_lock() -> None:
    svg = svg_of(ONE_LOCK)
    assert len(re.findall('<svg class="lock ', svg)) == 3
    # A's wait is too short for one.
    assert len(re.findall('<svg class="clock ', svg)) == 2


def test_every_shape_says_on_pointing_what_it_is() -> None:
    svg = svg_of(TWO_LOCKS)
    shapes = [path for path in ElementTree.fromstring(svg).iter("path") if path.get("class")]
    told = [path for path in shapes if path.get("class") not in ("grid", "tear", "arrow", "dot")]
    assert all(path[0].text for path in told)


# --- the letters ---


def test_an_object_is_named_once() -> None:
    assert "".join(texts(svg_of(ONE_LOCK))).count("lock") == 1


def test_of_several_objects_each_is_named_in_each_lane() -> None:
    """Their colours would else be the only sign."""
    said = texts(svg_of(TWO_LOCKS))
    for name in ("left", "right"):
        assert sum(name in text for text in said) == 2


def test_the_words_of_a_state_stand_once() -> None:
    steps: list[Step] = []
    for key in (A, B, C):
        slept = (100, key, Kind.SLEPT, "", "0.0005"), (600, key, Kind.WOKE, "", "")
        steps += life(key, 0, 900, *slept)
    svg = svg_of(record(in_time(*steps)))
    assert texts(svg).count("sleeping") == 1
    for width in ("s", "m", "l"):
        assert shown_at(svg, width).count("running") <= 1
    assert shown_at(svg, "l").count("running") == 1


def test_the_label_of_the_ideal_is_in_a_row_of_its_own() -> None:
    svg = svg_of(ONE_LOCK, ideal=500)
    root = ElementTree.fromstring(svg)
    rows = {text.get("class"): float(text.get("y", 0)) for text in root.iter("text")}
    assert rows["ideal"] - rows["tick"] >= 12
    [grid] = paths(svg, "grid")
    tops = {float(line.split()[1].split("V")[0]) for line in grid.get("d", "").split("M")[1:]}
    assert min(tops) > rows["ideal"]


def test_hundreds_of_short_holds_are_a_band_with_their_number() -> None:
    svg = svg_of(many(4000))
    bands = [path for path in paths(svg, "holding") if "far" in path.get("class", "").split()]
    assert len(bands) == 4
    assert [text for text in texts(svg) if "×" in text]
    held = sum(int(re.sub(r"\D", "", text)) for text in texts(svg) if "×" in text)
    assert held == sum(1 for event in many(4000).events if event.kind is Kind.RELEASED)
    # What the band stands for can be seen from close by.
    assert [path for path in paths(svg, "holding") if "fine" in path.get("class", "").split()]


# --- the arrows ---


def test_a_release_wakes_the_one_that_waited() -> None:
    svg = svg_of(ONE_LOCK)
    assert texts(svg, "word") == ["wakes", "wakes"]
    assert len(paths(svg, "arrow")) == 2


def test_an_arrow_without_room_for_its_word_is_not_drawn() -> None:
    svg = svg_of(many(4000))
    assert paths(svg, "arrow") == []
    assert texts(svg, "word") == []


def test_only_some_of_many_arrows_are_drawn() -> None:
    steps = life(MAIN, 0, 5000)
    for at in range(20):
        key = (100, 200 + at)
        steps += [(3000 + at, MAIN, Kind.STARTS, f"w{200 + at}", ""), *life(key, 3100 + at, 4000)]
    svg = svg_of(record(in_time(*steps), wall=5000))
    assert texts(svg, "word") == ["starts"] * MOST


# --- the folds ---


def pool() -> Recording:
    """Return the record of a pool of two whose start-up takes most of the run."""
    other: Key = (201, 201)
    return record(
        in_time(
            *life(MAIN, 0, 1000, (10, MAIN, Kind.STARTS, "child", "spawn")),
            (12, MAIN, Kind.STARTS, "w201", "spawn"),
            (400, CHILD, Kind.STARTED, "process", "100.100"),
            (500, other, Kind.STARTED, "process", "100.100"),
            (810, CHILD, Kind.BEGAN, "square", "1"),
            (900, CHILD, Kind.DONE, "square", ""),
        )
    )


def test_the_start_up_of_processes_is_folded_if_it_takes_most_of_the_run() -> None:
    timeline = draw(pool())
    assert find_folds(timeline) == ((10, 810),)
    svg = svg_of(pool(), folded=True)
    [fold] = paths(svg, "fold")
    assert "800 µs" in (fold[0].text or "")
    assert texts(svg, "strip") == ["start-up 800 µs"]
    html = draw_figure(timeline, EN, Setting())
    assert 'data-folds="10-810"' in html
    assert "torn strip" in html
    # Two runs beside each other share an axis, and nothing of it is folded.
    assert "torn strip" not in draw_figure(timeline, EN, Setting(end=0.001))


def test_what_computes_or_sleeps_is_not_folded() -> None:
    computes = record(
        in_time(
            *life(MAIN, 0, 1000, (10, MAIN, Kind.STARTS, "child", "fork")),
            *life(CHILD, 20, 900),
        )
    )
    sleeps = record(
        in_time(
            *life(
                MAIN, 0, 1000, (10, MAIN, Kind.SLEPT, "", "0.0009"), (910, MAIN, Kind.WOKE, "", "")
            )
        )
    )
    assert find_folds(draw(computes)) == find_folds(draw(sleeps)) == ()


def test_a_folded_axis_goes_on_in_order_and_has_no_tick_in_a_fold() -> None:
    view = View(0, 1000, ((10, 810), (900, 950)))
    places = [view.x(time) for time in range(1001)]
    assert places == sorted(places)
    assert (places[0], places[-1]) == (0, UNITS)
    assert view.x(810) - view.x(10) == FOLD
    assert not [time for time in ticks(view) if 10 < time < 810]


# --- how exact it is ---


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_is_not_exact_is_behind_one_press(language: Language) -> None:
    say = WORDINGS[language]
    html = draw_figure(draw(many(20_000)), say, Setting())
    before, exact = html.split(f"<summary>{say('lanes.exact')}</summary>")
    for key in ("lanes.noise", "lanes.running"):
        start = re.split(r"[{(]", say(key, time="", count=0))[0][:12]
        assert start not in before
    assert exact.startswith('<ul class="lanes-notes">')
