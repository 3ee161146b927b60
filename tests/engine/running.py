"""Helpers of tests that run programs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from webapp.engine import tree
from webapp.engine.events import Event, Kind
from webapp.engine.recording import Recording
from webapp.engine.runner import Runner

is_alive = tree.is_alive


def finish(runner: Runner, run: str) -> Recording:
    """Follow a run to its end; return its record."""
    for _ in runner.follow(run):
        pass
    recording = runner.recording(run)
    assert recording is not None
    return recording


def until_printed(runner: Runner, run: str, text: str) -> list[Event]:
    """Follow a run until it has printed `text`; return its events so far."""
    seen: list[Event] = []
    for batch in runner.follow(run):
        seen += batch
        if any(event.kind is Kind.PRINTED and text in event.text for event in batch):
            return seen
    raise AssertionError(f"the run ended without printing {text!r}")


def texts(recording: Recording) -> list[str]:
    """Return the lines of the transcript without their workers and times."""
    return [line.text for line in recording.lines]


def kinds(events: Iterable[Event], *wanted: Kind) -> list[Event]:
    """Return the events of the wanted kinds."""
    return [event for event in events if event.kind in wanted]


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Poll until the condition holds; fail if it does not within `seconds`."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "the condition did not become true"
        time.sleep(0.01)


@contextmanager
def cores_taken(spare: int = 0) -> Iterator[None]:
    """Keep all cores busy until the block ends, with `spare` more processes than cores."""
    command = [sys.executable, "-IS", "-c", "while True: pass"]
    others = [subprocess.Popen(command) for _ in range((os.cpu_count() or 1) + spare)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def pids_printed(recording: Recording) -> list[int]:
    """Return the numbers in the lines `pid NUMBER`."""
    return [int(text.split()[1]) for text in texts(recording) if text.startswith("pid ")]
