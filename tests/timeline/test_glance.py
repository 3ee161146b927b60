"""All lanes at a glance: which share a row, and what a row shows."""

from __future__ import annotations

import re

from webapp.engine.recording import Recording
from webapp.pages.texts.wording import load_wordings
from webapp.timeline.glance import ALIKE, FEW, HEIGHT, ROWS, SLICES, draw_glance, fold
from webapp.timeline.lanes import End, Lane, State, Stretch, Timeline

END = 1_000_000


def lane(at: int, name: str, *stretches: tuple[State, int, int]) -> Lane:
    """A lane of a thread with these states, each from and to a time in microseconds."""
    own = tuple(Stretch(state, start, end, 0, 0) for state, start, end in stretches)
    return Lane((1, at), name, at, 1, 0, END, End.ENDED, None, own)


def glance(*lanes: Lane) -> str:
    recording = object.__new__(Recording)  # only the lanes are drawn
    return draw_glance(Timeline(recording, lanes, END, 0), load_wordings()["en"], target="lanes")


def test_lanes_that_differ_in_a_number_share_a_row_if_there_are_many() -> None:
    few = [lane(at, f"worker-{at}") for at in range(FEW)]
    many = [*few, *(lane(FEW + at, f"other {at}") for at in range(ALIKE - 1))]
    assert [len(band.lanes) for band in fold(few)] == [1] * FEW
    assert [len(band.lanes) for band in fold(many)] == [FEW, *[1] * (ALIKE - 1)]
    assert [band.first.name for band in fold(many)][:2] == ["worker-0", "other 0"]


def test_a_row_shows_when_its_worker_runs_and_when_it_waits() -> None:
    drawn = glance(lane(0, "one", (State.RUNNING, 0, END // 2), (State.ACQUIRING, END // 2, END)))
    still, running = re.findall(r'd="(.*?)"', drawn)
    half = SLICES // 2
    assert running == f"M0 {HEIGHT}H0V0H{half}V{HEIGHT}H{SLICES}V{HEIGHT}z"
    assert still == f"M0 {HEIGHT}H0V0H{SLICES}V{HEIGHT}z"


def test_the_row_of_several_shows_how_many_of_them() -> None:
    lanes = [lane(at, f"w{at}", (State.RUNNING, 0, END)) for at in range(FEW)]
    lanes += [lane(FEW + at, f"w{FEW + at}", (State.SLEEPING, 0, END)) for at in range(FEW)]
    still, running = re.findall(r'd="(.*?)"', glance(*lanes))
    assert f"V{HEIGHT // 2}H" in running
    assert "V0H" in still


def test_rows_beyond_the_most_are_counted() -> None:
    names = [f"{chr(97 + at // 26)}{chr(97 + at % 26)}" for at in range(ROWS + 5)]
    drawn = glance(*(lane(at, name) for at, name in enumerate(names)))
    assert drawn.count("<li") == ROWS + 1  # and the axis
    assert "5 more lanes are further below." in drawn
