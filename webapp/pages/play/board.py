"""Where a demo stands after a visitor's choices: a run up to the next choice, or to its end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import takewhile

from webapp.engine.events import Event, Kind
from webapp.engine.recording import Outcome, Recording
from webapp.engine.runner import Interrupted, Runner, Unreachable
from webapp.engine.schedules import Direction, write
from webapp.engine.transcript import Line
from webapp.lessons.goals import Goal
from webapp.lessons.topic import Demo
from webapp.lessons.values import Values


@dataclass(frozen=True)
class Standing:
    """One thread at a choice: its number, its line (0: unknown), and the values that it sees."""

    number: int
    name: str
    able: bool
    began: bool
    line: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class Board:
    """A run up to a choice, or to its end.

    At a choice, `threads` are those that have not ended, and `shared` the values that they share.
    At the end there are none. `halt` is why the choices cannot be followed: its reason and text.
    """

    schedule: tuple[int, ...]
    recording: Recording
    threads: Sequence[Standing] = ()
    shared: Mapping[str, str] | None = None
    halt: tuple[str, str] | None = None

    @property
    def lines(self) -> Sequence[Line]:
        """What was printed."""
        return self.recording.lines

    @property
    def ended(self) -> bool:
        """Whether the program has come to an end, or to a deadlock."""
        return not self.threads and self.halt is None

    def is_won(self, goal: Goal, values: Values) -> bool:
        """Return whether the goal is reached."""
        return self.ended and goal.is_reached(self.recording, values)


def play(
    runner: Runner, demo: Demo, values: Values, schedule: tuple[int, ...], visitor: str
) -> Board:
    """Run a demo by a schedule, up to the first choice that it leaves open. Raises Busy.

    It is run in slow motion, for the values that each step reads and writes.
    """
    direction = Direction(write(schedule), pauses=True)
    program = replace(demo.program(values), directed=direction, slow_motion=True)
    id = runner.start(program, visitor=visitor)
    try:
        with closing(runner.follow(id)) as batches:
            for _ in batches:
                pass
    except Interrupted as error:
        raise Unreachable from error
    recording = runner.recording(id)
    if recording is None or recording.outcome is Outcome.LOST:
        raise Unreachable
    return _board(schedule, recording)


def begin(runner: Runner, demo: Demo, goal: Goal, values: Values, visitor: str) -> Board:
    """Run a demo until the main thread has started the others. Raises Busy."""
    board = play(runner, demo, values, (0,) * goal.starts, visitor)
    if board.halt is None:
        return board
    reason, text = board.halt
    if reason == "cannot go on":
        return play(runner, demo, values, (0,) * (int(text.split()[0]) - 1), visitor)
    return play(runner, demo, values, (0,) * int(text), visitor) if reason == "over" else board


def presses(goal: Goal, schedule: Sequence[int]) -> int:
    """Return how many choices of a schedule are the visitor's own: those after the beginning."""
    started = sum(1 for _ in takewhile(lambda number: number == 0, schedule))
    return len(schedule) - min(started, goal.starts)


def _board(schedule: tuple[int, ...], recording: Recording) -> Board:
    halt = next((event for event in recording.events if event.kind is Kind.HALTED), None)
    if halt is None or halt.object == "deadlock":
        taken = sum(event.kind is Kind.CHOSEN for event in recording.events)
        over = taken < len(schedule) and not recording.dropped
        return Board(schedule, recording, halt=("over", str(taken)) if over else None)
    if halt.object != "choose":
        return Board(schedule, recording, halt=(halt.object, halt.text))
    return _choice(schedule, recording, halt)


def _choice(schedule: tuple[int, ...], recording: Recording, halt: Event) -> Board:
    told = json.loads(halt.text)
    threads = [Standing(**each) for each in told["workers"]]
    return Board(schedule, recording, threads, told["shared"])
