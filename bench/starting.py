"""What recording adds to a whole program: one that does nothing, and one of very many steps.

Both are run by `movazi record` and by Python alone, in turn, with the bytecode that an installed
package has. The page of 100,000 events is compared with writing the same events as JSON.
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.limits import UNLIMITED
from webapp.engine.program import Program
from webapp.engine.recording import Recording
from webapp.pages.texts.wording import load_wording
from webapp.recording.page import draw_page
from webapp.recording.ran import Ran

ROOT = Path(__file__).parent.parent
MANY_LOCKS = Path(__file__).parent / "programs" / "many_locks.py"
EMPTY_TIMES, LOCKS_TIMES, PAGE_TIMES = 20, 5, 5
EVENTS = 100_000


class Cost(NamedTuple):
    """Seconds of one command: by the clock, and of the processor."""

    wall: float
    processor: float


def main() -> int:
    """Print a table of the medians; return the exit code."""
    print("| what | Movazi | compared with | | times as long |")
    print("|---|--:|---|--:|--:|")
    with tempfile.TemporaryDirectory(prefix="movazi-bench-") as folder:
        empty = Path(folder) / "empty.py"
        empty.touch()
        page = Path(folder) / "run.html"
        _compare("an empty program recorded", empty, page, EMPTY_TIMES)
        _compare("100,000 acquires recorded", MANY_LOCKS, page, LOCKS_TIMES)
    own, other = _page_seconds()
    _print(f"the page of {EVENTS:,} events", own, "the events as JSON", other)
    return 0


def _compare(what: str, program: Path, page: Path, times: int) -> None:
    record = ["-m", "webapp", "record", "--quiet", "-o", str(page), str(program)]
    _cost(record)  # writes the bytecode
    pairs = [(_cost(record), _cost([str(program)])) for _ in range(times)]
    own, other = zip(*pairs, strict=True)
    for name, kind in ((what, "wall"), (f"{what}, processor time", "processor")):
        seconds = ([getattr(cost, kind) for cost in costs] for costs in (own, other))
        _print(name, next(seconds), "Python alone", next(seconds))


def _print(what: str, own: Sequence[float], other_name: str, other: Sequence[float]) -> None:
    mine, others = statistics.median(own), statistics.median(other)
    print(
        f"| {what} | {mine:.2f} s | {other_name} | {others:.2f} s | {mine / others:.1f} |",
        flush=True,
    )


def _cost(arguments: Sequence[str]) -> Cost:
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
    )
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{arguments} ended with {os.waitstatus_to_exitcode(status)}")
    return Cost(time.perf_counter() - began, used.ru_utime + used.ru_stime)


def _page_seconds() -> tuple[list[float], list[float]]:
    """Return the processor time of drawing the page, as the command does, and of writing JSON."""
    gc.disable()
    say = load_wording("en")
    recording = _recorded()
    source = MANY_LOCKS.read_text(encoding="utf-8")
    own, other = [], []
    for _ in range(PAGE_TIMES):
        # A recording keeps what it has derived.
        ran = Ran(MANY_LOCKS, (), source, replace(recording))
        began = time.process_time()
        draw_page(say, ran)
        own.append(time.process_time() - began)
        began = time.process_time()
        json.dumps([event._asdict() for event in recording.events])
        other.append(time.process_time() - began)
    return own, other


def _recorded() -> Recording:
    with closing(EmbeddedRunner(UNLIMITED)) as runner:
        run = runner.start(Program(MANY_LOCKS))
        for _ in runner.follow(run):
            pass
        recording = runner.recording(run)
    assert recording is not None
    return replace(recording, events=recording.events[:EVENTS])
