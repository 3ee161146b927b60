"""Very many runs in a row, several at once, and what is left of them: nothing may grow.

`python -m bench.soak [COUNT]` prints a table, and ends with 1 where something has grown.
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from bench.__main__ import machine
from bench.counting import count, resident, shared_memory
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.limits import Limits
from webapp.engine.program import Program
from webapp.lessons.folders import TOPICS

COUNT = 10_000
AT_ONCE = 8
WARM_UP = 500
"""Runs before the first look: the server keeps the records of as many runs as it is allowed to."""

ALLOWED = 10.0
"""MB by which memory may differ between two looks: the allocator's own ups and downs."""

QUIET = 1.0
"""Seconds before a look: a thread that was waited for takes a moment to be gone."""

PROGRAMS = Path(__file__).parent / "programs"
THREADS = Program(TOPICS / "define_a_thread/demos/start_all_then_join.py")
MIX = (
    *[THREADS] * 44,
    *[Program(PROGRAMS / "shares.py", {"method": "fork"})] * 4,
    Program(PROGRAMS / "shares.py", {"method": "spawn"}),
    Program(PROGRAMS / "shares.py", {"method": "fork", "stays": True}),
)
"""One in fifty is stopped in mid-run, when it prints "ready", and ignores that it is asked to."""


def main(arguments: list[str]) -> int:
    """Carry out so many runs; give 1 where something has grown."""
    total = int(arguments[0]) if arguments else COUNT
    runner = EmbeddedRunner(Limits(grace=0.2, finished=WARM_UP // 2))
    try:
        _carry_out(runner, WARM_UP)
        before = _look(runner)
        began = time.monotonic()
        ended = _carry_out(runner, total)
        took = time.monotonic() - began
        after = _look(runner)
    finally:
        runner.close()
    print(f"{machine()}\n")
    print(f"{total} runs, {AT_ONCE} at once, in {took:.0f} s: {_told(ended)}\n")
    print("| what | before | after |")
    print("|---|--:|--:|")
    for name, value in before.items():
        print(f"| {name} | {value:g} | {after[name]:g} |")
    return 1 if any(_has_grown(name, before[name], after[name]) for name in before) else 0


def _carry_out(runner: EmbeddedRunner, total: int) -> Counter[str]:
    """Have some threads start runs and follow them until there were `total`; count the outcomes."""
    ended: Counter[str] = Counter()
    lock = threading.Lock()
    programs = itertools.islice(itertools.cycle(MIX), total)

    def take() -> Program | None:
        with lock:
            return next(programs, None)

    def work() -> None:
        for program in iter(take, None):
            outcome = _outcome(runner, program)
            with lock:
                ended[outcome] += 1

    workers = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return ended


def _outcome(runner: EmbeddedRunner, program: Program) -> str:
    run = runner.start(program)
    for batch in runner.follow(run):
        if any(event.text == "ready\n" for event in batch):
            runner.cancel(run)
    recording = runner.recording(run)
    assert recording is not None
    return recording.outcome


def _look(runner: EmbeddedRunner) -> dict[str, float]:
    """Look when all is quiet: the supervisor and the main process of the next run wait."""
    time.sleep(QUIET)
    while count(runner).processes != 2:
        time.sleep(QUIET)
    found: dict[str, float] = {
        name.replace("_", " "): value for name, value in asdict(count(runner)).items()
    }
    found["files in /dev/shm"] = shared_memory()
    found["files in the temporary folder"] = len([*runner.folder.parent.iterdir()])
    found["memory of the server, MB"] = round(resident(os.getpid()), 1)
    found["memory of the launcher, MB"] = round(resident(runner.launcher_pid), 1)
    return found


def _has_grown(name: str, before: float, after: float) -> bool:
    return after > before + (ALLOWED if "MB" in name else 0)


def _told(ended: Counter[str]) -> str:
    return ", ".join(f"{times} {outcome}" for outcome, times in ended.most_common())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
