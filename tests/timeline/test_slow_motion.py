"""Slow motion in words and pictures: lost updates, and the table of shared variables."""

from __future__ import annotations

import json
import re

import pytest

from tests.timeline.records import CHILD, MAIN, A, B, Step, life, record
from webapp.engine.events import TASK_BITS, Key, Kind
from webapp.engine.recording import Recording
from webapp.lessons.text import LANGUAGES, Language
from webapp.pages.texts.wording import load_wordings
from webapp.timeline.beginning import find_beginning
from webapp.timeline.figure import Setting, draw_figure
from webapp.timeline.lost import draw_lost, find_lost
from webapp.timeline.reading import draw
from webapp.timeline.steps import draw_steps
from webapp.timeline.values_after import draw_values_after
from webapp.timeline.values_table import MOST

WORDINGS = load_wordings()
EN = WORDINGS["en"]


def step(
    at: int,
    key: Key,
    *,
    reads: str = "",
    writes: tuple[str, str] | None = None,
    name: str = "counter",
    between: bool = False,
) -> Step:
    """Return a step that reads a value, or writes another one in its place."""
    told: dict[str, object] = {}
    if reads:
        told["reads"] = [[name, reads]]
    if writes:
        told["writes"] = [[name, *writes]]
    if between:
        told["between"] = [name]
    return at, key, Kind.STEPPED, "add", json.dumps(told) if told else ""


def run(*steps: Step) -> Recording:
    """Return the record of a run of two threads and a process with these steps."""
    lives = [*life(MAIN, 0, 900), *life(A, 10, 800), *life(B, 10, 800), *life(CHILD, 10, 800)]
    return record(sorted([*lives, *steps], key=lambda each: each[0]))


ALONE: list[Step] = [
    (0, MAIN, Kind.STARTED, "process", ""),
    (5, MAIN, Kind.PRINTED, "stdout", "a\n"),
]
LOST = run(
    step(100, A, reads="5"),
    step(110, B, reads="5"),
    step(120, B, writes=("5", "6")),
    step(130, A, writes=("6", "6")),
)


def lost(recording: Recording) -> list[tuple[str, str | None, str | None, str | None]]:
    """Return who lost which value, what the other one had read, and what it wrote."""
    return [
        (found.write.event.worker, found.write.value, found.old.value, found.over.value)
        for found in find_lost(recording)
    ]


def test_a_write_between_a_read_and_its_write_is_lost() -> None:
    assert lost(LOST) == [("B", "6", "5", "6")]


@pytest.mark.parametrize(
    "steps",
    [
        # One after the other.
        (step(100, A, reads="5", writes=("5", "6")), step(110, B, reads="6", writes=("6", "7"))),
        # Who reads again knows what the other one wrote.
        (
            step(100, A, reads="5"),
            step(110, B, writes=("5", "6")),
            step(120, A, reads="6"),
            step(130, A, writes=("6", "7")),
        ),
        # Who has read nothing loses nothing of another one: it sets a value of its own.
        (step(100, B, writes=("5", "6")), step(110, A, writes=("6", "0"))),
        # A variable of the same name in another process is another variable.
        (
            step(100, A, reads="5"),
            step(110, CHILD, writes=("5", "6")),
            step(120, A, writes=("5", "6")),
        ),
        # Another variable of the same process.
        (
            step(100, A, reads="5"),
            step(110, B, writes=("5", "6"), name="total"),
            step(120, A, writes=("5", "6")),
        ),
    ],
)
def test_nothing_else_is_called_lost(steps: tuple[Step, ...]) -> None:
    assert lost(run(*steps)) == []


def test_an_update_in_memory_that_processes_share_is_lost_likewise() -> None:
    recording = run(
        step(100, MAIN, reads="5", name="total.value", between=True),
        step(110, CHILD, writes=("5", "6"), name="total.value", between=True),
        step(120, MAIN, writes=("6", "6"), name="total.value", between=True),
    )
    assert lost(recording) == [("child", "6", "5", "6")]


def test_the_walk_knows_which_write_is_lost_and_begins_with_it() -> None:
    timeline = draw(LOST)
    data = draw_steps(timeline, EN)
    [(at, over, name)] = data["lost"]
    assert name == "counter"
    assert [data["steps"][at][0], data["steps"][over][0]] == [120, 130]
    beginning = find_beginning(timeline, EN)
    assert beginning is not None
    assert beginning.time == 100
    assert "counter" in beginning.sentence
    assert "lost" not in draw_steps(draw(run(step(100, A, reads="5"))), EN)


def test_a_walk_without_a_loss_or_a_wait_begins_where_a_second_worker_does() -> None:
    beginning = find_beginning(draw(record([*ALONE, *life(A, 10, 800)])), EN)
    assert beginning is not None
    assert beginning.time == 10
    assert beginning.sentence == "MainThread has started A. From here on both can run."


@pytest.mark.parametrize(
    ("language", "said"), [("en", "only one runs at a time"), ("fa", "در هر لحظه تنها یکی")]
)
def test_a_walk_says_of_tasks_that_only_one_of_them_runs_at_a_time(
    language: Language, said: str
) -> None:
    task = (100, 100 | 1 << TASK_BITS)
    steps = [*ALONE, (10, task, Kind.STARTED, "task", "100.100"), (800, task, Kind.ENDED, "", "")]
    beginning = find_beginning(draw(record(steps)), WORDINGS[language])
    assert beginning is not None
    assert beginning.time == 10
    assert said in beginning.sentence


def test_a_walk_without_a_loss_begins_with_the_first_wait_for_what_another_holds() -> None:
    steps = [
        *life(A, 10, 800, (30, A, Kind.GOT, "lock", ""), (700, A, Kind.RELEASED, "lock", "")),
        *life(B, 10, 800, (20, B, Kind.WAITS, "barrier", "barrier"), (40, B, Kind.PASSED, "", "")),
        *life(CHILD, 10, 800, (90, CHILD, Kind.WAITS, "lock", "acquire")),
    ]
    beginning = find_beginning(draw(record(sorted(steps, key=lambda each: each[0]))), EN)
    assert beginning is not None
    assert (beginning.time, beginning.sentence) == (90, "child waits for lock, which A holds.")


def test_a_walk_where_nobody_holds_what_a_worker_waits_for_begins_with_that_wait() -> None:
    steps = [
        *life(MAIN, 0, 900, (15, MAIN, Kind.WAITS, "A", "join")),
        *life(A, 10, 800, (30, A, Kind.WAITS, "barrier", "barrier"), (40, A, Kind.PASSED, "", "")),
    ]
    beginning = find_beginning(draw(record(sorted(steps, key=lambda each: each[0]))), EN)
    assert beginning is not None
    assert (beginning.time, beginning.sentence) == (30, "A begins to wait at barrier.")


def test_a_walk_of_one_worker_says_that_it_is_alone() -> None:
    beginning = find_beginning(draw(record(ALONE)), EN)
    assert beginning is not None
    assert beginning.step == 1
    assert beginning.sentence == "Only MainThread runs here. It starts no other."
    assert find_beginning(draw(record([])), EN) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lost_update_is_drawn_as_its_steps_in_time(language: Language) -> None:
    say = WORDINGS[language]
    html = draw_lost(draw(LOST), say)
    card = r'<li class="(\w+) hue-\d+"[^>]*><div>(\d)\. <bdi>(\w+)</bdi></div> <span>(.*?)</span>'
    cards = re.findall(card, html)
    assert [(side, int(place), worker) for side, place, worker, _ in cards] == [
        ("above", 1, "A"),
        ("below", 2, "B"),
        ("below", 3, "B"),
        ("above", 4, "A"),
    ]
    told = [text for *_, text in cards]
    assert [say("lost.reads", value="5") in text for text in told] == [1, 1, 0, 0]
    assert [say("lost.writes", value="6") in text for text in told] == [0, 0, 1, 1]
    assert ["<s>" in text for text in told] == [0, 0, 1, 0]
    assert say.number(4) + "." in html
    assert draw_lost(draw(run(step(100, A, reads="5"))), say) == ""


MANY = run(
    step(100, A, reads="5"),
    *(step(100 + 10 * each, B, reads=f"{4 + each}") for each in (1, 2, 3)),
    *(step(105 + 10 * each, B, writes=(f"{4 + each}", f"{5 + each}")) for each in (1, 2, 3)),
    step(140, A, writes=("8", "6")),
)


@pytest.mark.parametrize(
    ("recording", "en", "fa"),
    [
        (LOST, "the update of B is lost.", "گم شد."),
        (
            MANY,
            "counter was written 3 times; the last time B wrote 8. A knew nothing of that and wrote"
            " over it: all that was written in between is lost.",
            "۳ بار در آن نوشته شد؛ بار آخر \u2068B\u2069 مقدار \u20688\u2069 را نوشت.",
        ),
    ],
)
def test_all_that_was_written_since_the_read_is_said_to_be_lost(
    recording: Recording, en: str, fa: str
) -> None:
    for language, said in (("en", en), ("fa", fa)):
        html = draw_lost(draw(recording), WORDINGS[language])
        [told] = re.findall(r"<figcaption>(.*?)</figcaption>", html)
        assert said in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_has_the_variables_that_several_workers_touch(language: Language) -> None:
    recording = run(
        step(100, A, reads="1", name="<own>"),
        step(110, A, reads="5"),
        step(120, B, reads="5"),
    )
    html = draw_figure(draw(recording), WORDINGS[language], Setting())
    [table] = re.findall(r'<div class="shared-values".*?</table></div>.*?</div>', html)
    assert re.findall(r'data-variable="(\d+)"', table) == ["1"]
    assert "counter" in table
    only_own = draw_figure(draw(run(step(100, A, reads="1", name="<own>"))), EN, Setting())
    assert "&lt;own&gt;" in only_own
    plain = draw_figure(draw(run()), EN, Setting())
    assert "shared-values" not in plain


def test_variables_of_several_processes_are_told_apart_and_counted() -> None:
    steps = [
        step(100 + at, key, reads="0", name=f"v{at // 3}")
        for at, key in enumerate((A, B, CHILD) * 12)
    ]
    html = draw_figure(draw(run(*steps)), EN, Setting())
    [table] = re.findall(r'<div class="shared-values".*?</table></div>.*?</div>', html)
    assert len(re.findall("data-variable", table)) == 8
    assert "MainThread" in table
    assert EN("values.more", count=4) in table


# --- the table at the end of a record ---


def rows_after(recording: Recording, since: int = 0, **untouched: str) -> list[list[str]]:
    """Return the classes and cells of the rows, in English; `since` is a time."""
    known = [event.id for event in recording.events if event.time <= since]
    html = draw_values_after(draw(recording), EN, max(known, default=0), untouched)
    return [
        [marks, *(re.sub(r"</?(?:bdi|span)[^>]*>", "", cell) for cell in cells)]
        for marks, *cells in re.findall(
            r'<tr class="(.*?)"><th[^>]*>(.*?)</th><td>(.*?)</td><td class="(.*?)">(.*?)</td>'
            r"<td>(.*?)</td></tr>",
            html,
        )
    ]


def test_the_table_at_the_end_has_the_values_before_and_after_what_was_done_last() -> None:
    [row] = rows_after(LOST, since=125)
    assert row[:5] == ["touched hue-1", "counter", "6", "changed", "6"]
    assert row[5] == "A reads 5B reads 5B <s>writes 6</s> <b>lost</b>A writes 6"
    [row] = rows_after(run(step(100, A, reads="5")), since=50)
    assert row[:5] == ["touched hue-1", "counter", "5", "", "5"]
    [row] = rows_after(LOST, since=900)
    assert row[:5] == ["", "counter", "6", "", "6"]  # touched earlier


def test_what_no_step_has_touched_is_in_the_table_unless_a_part_of_it_was() -> None:
    recording = run(step(100, A, reads="5", name="box.total"))
    rows = rows_after(recording, box="Box(total=5)", boxes="[]")
    assert [row[1] for row in rows] == ["box.total", "boxes"]
    assert rows_after(run()) == []


def test_the_table_at_the_end_keeps_the_variables_that_were_touched_last() -> None:
    steps = [step(100 + at, A, reads="5", name=f"v{at}") for at in range(MOST + 1)]
    html = draw_values_after(draw(run(*steps)), EN, 0, {"other": "1"})
    assert re.findall(r'dir="ltr">(\w+)<', html) == [f"v{at}" for at in range(1, MOST + 1)]
    assert EN("values.more", count=2) in html
