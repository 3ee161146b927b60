"""Played runs: each ends at the first choice that its schedule leaves open."""

from __future__ import annotations

import json

from tests.engine import conftest
from tests.engine.running import finish
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.events import Event, Kind
from webapp.engine.program import Program
from webapp.engine.recording import Recording
from webapp.engine.schedules import Direction
from webapp.engine.touches import Read, Touched, Write

COUNTING = """
    from threading import Thread

    counter = 0


    def add():
        global counter
        counter += 1


    def main():
        threads = [Thread(target=add, name=name) for name in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


    main()
"""

STARTED = "0*3"
"""Main has started both."""


def played(runner: EmbeddedRunner, program: Program, schedule: str) -> Recording:
    """Run a program in slow motion up to the next choice."""
    direction = Direction(schedule, pauses=True)
    own = Program(program.path, program.parameters, directed=direction, slow_motion=True)
    return finish(runner, runner.start(own))


def last_deeds(recording: Recording) -> list[tuple[str, Touched]]:
    """Return who touched what since the last choice."""
    events = recording.events
    last = max(at for at, event in enumerate(events) if event.kind is Kind.CHOSEN)
    steps = [event for event in events[last:] if event.kind is Kind.STEPPED and event.text]
    return [(step.worker, Touched.load(step.text)) for step in steps]


def halt(recording: Recording) -> Event:
    """Return what ended the run."""
    [found] = [event for event in recording.events if event.kind is Kind.HALTED]
    return found


def test_a_played_run_reports_each_choice_and_waits_for_the_next(
    runner: EmbeddedRunner, write: conftest.Write
) -> None:
    recording = played(runner, write(COUNTING), f"{STARTED},2,1")
    chosen = [event.object for event in recording.events if event.kind is Kind.CHOSEN]
    assert chosen == [*["MainThread"] * 3, "b", "a"]
    assert halt(recording).object == "choose"
    told = json.loads(halt(recording).text)
    assert {"a", "b"} <= {worker["name"] for worker in told["workers"] if worker["able"]}


def test_a_line_is_parted_at_a_choice(runner: EmbeddedRunner, write: conftest.Write) -> None:
    program = write(COUNTING)
    read = Touched(reads=(Read("counter", "0"),))
    assert last_deeds(played(runner, program, f"{STARTED},1,1")) == [("a", read)]
    wrote = Touched(writes=(Write("counter", "0", "1"),))
    assert last_deeds(played(runner, program, f"{STARTED},1,1,2,1")) == [("a", wrote)]


def test_only_a_played_run_reports_choices(runner: EmbeddedRunner, write: conftest.Write) -> None:
    program = write(COUNTING)
    directed = Program(program.path, directed=Direction(f"{STARTED},1,2"))
    kinds = {event.kind for event in finish(runner, runner.start(directed)).events}
    assert Kind.CHOSEN not in kinds


def test_a_played_run_that_waits_in_c_code_is_ended(
    runner: EmbeddedRunner, write: conftest.Write
) -> None:
    program = write(
        """
        import os
        from threading import Thread

        reader, writer = os.pipe()
        thread = Thread(target=os.read, args=(reader, 1), name="stuck")
        thread.start()
        thread.join()
        """
    )
    recording = played(runner, program, "1")
    assert (halt(recording).object, halt(recording).worker) == ("turn", "stuck")
