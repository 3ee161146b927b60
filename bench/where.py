"""Where a run's time goes: CPU time of one run by part of the site.

`make bench ARGS=where` presses Run repeatedly, one run after the other, on a site with a clock
around each of its parts (`programs/profiled.py`); the figures include the clocks. The program's
CPU time is read from its record. Two other programs divide it: an empty one has only a start and
an end, and a bare fork has no recording.
"""

from __future__ import annotations

import http.client
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from bench.costs import FILE, WARM_UP, bare, press_often, usage_so_far
from bench.stream import served
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.program import Program

RUNS = 300
TIMES = 3
FORM = {"thread_count": 10, "sleep_seconds": 0}
PARTS = {
    "server: accepting, and the rest of it": "rest",
    "server: the request": "request",
    "server: the engine's thread": "engine",
    "server: following": "following",
    "server: lines": "lines",
    "server: the result": "result",
    "server: keeping": "keeping",
    "the launcher": "launcher",
    "the supervisor": "supervisor",
    "program: start and end": "frame",
    "program: its own steps": "steps",
    "program: recording them": "recording",
}


def main() -> int:
    """Print the table."""
    with served("bench.programs.profiled:app") as port:
        press_often(port, FORM, WARM_UP)
        measured = [_measured(port) for _ in range(TIMES)]
    whole = median(sum(one.values()) for one in measured)
    print("| ten threads: CPU ms per run | min | median | max | share |")
    print("|---|--:|--:|--:|--:|")
    for label, part in PARTS.items():
        times = [one[part] * 1e3 for one in measured]
        share = median(times) / whole / 10
        figures = (min(times), median(times), max(times))
        print(f"| {label} | {' | '.join(f'{one:.2f}' for one in figures)} | {share:.0f} % |")
    return 0


def _measured(port: int) -> Mapping[str, float]:
    """Return the CPU seconds of one run by part."""
    before, spent = usage_so_far(), _spent(port)
    press_often(port, FORM, RUNS)
    after, now = usage_so_far(), _spent(port)
    taken = {part: (now[part] - spent[part]) / RUNS for part in spent}
    both = zip(before, after, strict=True)
    server, launcher, runs, _ = ((late - early) / RUNS for early, late in both)
    program = _program()
    known = sum(time for part, time in taken.items() if part != "all")
    return {
        **taken,
        "all": 0.0,
        "rest": server - known,
        "launcher": launcher,
        "supervisor": runs - sum(program.values()),
        **program,
    }


def _program() -> Mapping[str, float]:
    """Return the CPU seconds of the program by part."""
    with tempfile.TemporaryDirectory() as folder:
        nothing = Path(folder) / "nothing.py"
        nothing.write_text("")
        runner = EmbeddedRunner()
        try:
            frame = _cpu(runner, Program(nothing))
            whole = _cpu(runner, Program(FILE, FORM))
        finally:
            runner.close()
        steps = bare(FILE, FORM)[0] - bare(nothing, {})[0]
    return {"frame": frame, "steps": steps, "recording": whole - frame - steps}


def _cpu(runner: EmbeddedRunner, program: Program) -> float:
    """Return the CPU seconds of one run of a program and its children."""
    total = 0.0
    for _ in range(RUNS):
        run = runner.start(program)
        for _ in runner.follow(run):
            pass
        recording = runner.recording(run)
        assert recording is not None
        total += recording.cpu
    return total / RUNS


def _spent(port: int) -> dict[str, float]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/_spent")
    spent: dict[str, float] = json.loads(connection.getresponse().read())
    connection.close()
    return spent


if __name__ == "__main__":
    sys.exit(main())
