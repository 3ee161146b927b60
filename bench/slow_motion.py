"""What slow motion costs a program for each line.

A program runs many lines and measures its processor time, once in slow motion and once with the
observer only. The difference divided by the number of lines is the cost of one: of those that touch
nothing, and of a loop in which every second line reads and writes a global. It may be 25 µs.
"""

from __future__ import annotations

from pathlib import Path

from bench.table import Row
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.program import Program

MANY_LINES = Path(__file__).parent / "programs" / "many_lines.py"
TURNS = 4000
TIMES = 15
MOST = 25.0
"""Microseconds that a line may take."""


def measure() -> list[Row]:
    """Run both loops, in slow motion and without, in turn."""
    runner = EmbeddedRunner()
    try:
        return [_row(runner, lines) for lines in ("plain", "touching")]
    finally:
        runner.close()


def _row(runner: EmbeddedRunner, lines: str) -> Row:
    costs = []
    for _ in range(TIMES):
        slow = _seconds(runner, lines, slow_motion=True)
        costs.append(1e6 * (slow - _seconds(runner, lines, slow_motion=False)) / (2 * TURNS))
    return Row(f"a line in slow motion ({lines})", costs, "to reach", [MOST], "µs")


def _seconds(runner: EmbeddedRunner, lines: str, *, slow_motion: bool) -> float:
    """Return the processor time of the loop; its lines are two for each turn."""
    parameters = {"lines": lines, "turns": TURNS}
    run = runner.start(Program(MANY_LINES, parameters, slow_motion=slow_motion))
    for _ in runner.follow(run):
        pass
    recording = runner.recording(run)
    assert recording is not None and not recording.dropped
    return float(recording.lines[0].text)
