"""What recording an event costs the program's thread, and the engine's thread that reads it.

A program takes many steps in one thread and times its own loop, once recorded by the engine and
once run by `python FILE` with its output read. The difference divided by the number of events is
the cost of one. It is compared with a bare `os.write()` of a line of the same length into a pipe
that another process reads.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from bench.table import Row
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.program import Program, with_parameters
from webapp.engine.recording import Recording

MANY_STEPS = Path(__file__).parent / "programs" / "many_steps.py"
TURNS = {
    "locks": 5000,
    "prints": 10_000,
    "queues": 5000,
    "mixture": 2000,
    "task_steps": 5000,
    "task_locks": 5000,
}
"""Turns of each kind of step that make 10,000 events."""

COMPUTING = "locks_beside_a_thread_that_computes"
BURST = 99_990
TIMES = 30
LINE = b"123456789012345\t1234567\t1234567\treleased\t17\tMainThread\tlock\t\n"
FRAME = 3
"""Events of the program that are not steps: it starts, prints its time, and ends."""


def measure() -> list[Row]:
    """Measure an event of each kind, beside a thread that computes, and in a burst."""
    runner = EmbeddedRunner()
    try:
        return [
            *(_event_row(runner, steps, turns) for steps, turns in TURNS.items()),
            _computing_row(runner),
            *_burst_rows(runner),
        ]
    finally:
        runner.close()


def _event_row(runner: EmbeddedRunner, steps: str, turns: int) -> Row:
    pairs = [(_event_cost(runner, steps, turns), _bare_write(turns)) for _ in range(TIMES)]
    own, bare = zip(*pairs, strict=True)
    return Row(f"an event recorded ({steps})", own, "a bare write to a pipe", bare, "µs")


def _computing_row(runner: EmbeddedRunner) -> Row:
    """Measure an event while another thread competes for the GIL, which switches every 5 ms.

    A recorder that releases the GIL for each event is a hundred times slower here.
    """
    turns = TURNS["locks"]
    kinds = (COMPUTING, "locks")
    pairs = [[_event_cost(runner, steps, turns) for steps in kinds] for _ in range(TIMES)]
    own, alone = zip(*pairs, strict=True)
    return Row(
        "an event recorded, beside a thread that computes", own, "alone (locks)", alone, "µs"
    )


def _burst_rows(runner: EmbeddedRunner) -> list[Row]:
    """Measure a run with the most events that are kept, as fast as it can report them."""
    reading, program, wall = [], [], []
    for _ in range(TIMES // 3):
        before, began = _engine_time(), time.perf_counter()
        recording = _record(runner, "locks", BURST // 2)
        wall.append((time.perf_counter() - began) * 1e3)
        reading.append((_engine_time() - before) / _steps(recording) * 1e6)
        program.append(_took(recording) / 1e6)
    each = [took / BURST * 1e3 for took in program]
    return [
        Row("an event read and kept", reading, "reported, at the fastest", each, "µs"),
        Row(f"a run of {BURST:,} events", wall, "the program's own loop", program, "ms"),
    ]


def _event_cost(runner: EmbeddedRunner, steps: str, turns: int) -> float:
    """Return the microseconds of an event in the thread that takes the steps."""
    recording = _record(runner, steps, turns)
    return (_took(recording) - _plain(steps, turns)) / _steps(recording) / 1e3


def _record(runner: EmbeddedRunner, steps: str, turns: int) -> Recording:
    run = runner.start(Program(MANY_STEPS, {"steps": steps, "turns": turns}))
    for _ in runner.follow(run):
        pass
    recording = runner.recording(run)
    assert recording is not None
    assert not recording.dropped
    return recording


def _steps(recording: Recording) -> int:
    return len(recording.events) - FRAME


def _took(recording: Recording) -> int:
    return _nanoseconds(recording.lines[-1].text)


def _plain(steps: str, turns: int) -> int:
    parameters = {"steps": steps, "turns": turns}
    with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
        file.write(with_parameters(MANY_STEPS.read_text(), parameters))
        file.flush()
        # -E ignores PYTHONUNBUFFERED, so that stdout is buffered as usual for a pipe.
        command = [sys.executable, "-E", file.name]
        ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return _nanoseconds(ended.stdout.splitlines()[-1])


def _nanoseconds(line: str) -> int:
    return int(line.removeprefix("took "))


def _bare_write(lines: int) -> float:
    """Return the microseconds to write a line, while `cat` reads them."""
    with subprocess.Popen("cat", stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as reader:
        assert reader.stdin is not None
        pipe = reader.stdin.fileno()
        began = time.perf_counter()
        for _ in range(lines):
            os.write(pipe, LINE)
        return (time.perf_counter() - began) / lines * 1e6


def _engine_time() -> float:
    """Return the CPU seconds that the engine's thread has used."""
    [thread] = [thread for thread in threading.enumerate() if thread.name == "engine"]
    assert thread.ident is not None
    return time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
