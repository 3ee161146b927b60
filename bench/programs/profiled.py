"""The site with a clock around each part that a run passes through: see `bench.where`.

A part's seconds are CPU time of the thread that executes it, without the other parts that it
calls. The address /_spent returns them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from typing import Any

from flask import Flask

from webapp.engine.embedded import EmbeddedRunner
from webapp.operating.worker import Worker
from webapp.pages.run import live
from wsgi import app as site

PARTS = ("request", "following", "lines", "result", "keeping")

_spent = dict.fromkeys(PARTS, 0.0)
_lock = threading.Lock()
_inside = threading.local()


def _timed(part: str, step: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a function so that its time counts for `part`, and not for the part that calls it."""

    def timed(*args: Any, **options: Any) -> Any:
        outer: list[float] = getattr(_inside, "others", [0.0])
        _inside.others = [0.0]
        began = time.thread_time()
        try:
            return step(*args, **options)
        finally:
            took = time.thread_time() - began
            with _lock:
                _spent[part] += took - _inside.others[0]
            outer[0] += took
            _inside.others = outer

    return timed


def _followed(follow: Callable[..., Generator[Any, None, None]]) -> Callable[..., Any]:
    """Wrap a generator so that each of its steps is timed."""

    def timed(*args: Any, **options: Any) -> Generator[Any, None, None]:
        batches = follow(*args, **options)
        step = _timed("following", lambda: next(batches, None))
        try:
            while (batch := step()) is not None:
                yield batch
        finally:
            batches.close()

    return timed


def _engine() -> float:
    [thread] = [one for one in threading.enumerate() if one.name == "engine"]
    assert thread.ident is not None
    return time.clock_gettime(time.pthread_getcpuclockid(thread.ident))


def _clocked(site: Flask) -> Flask:
    Worker.handle = _timed("request", Worker.handle)  # type: ignore[method-assign]
    EmbeddedRunner.follow = _followed(EmbeddedRunner.follow)  # type: ignore[method-assign]
    for part, names in {
        "lines": ("_more", "_progress", "message"),
        "result": ("_build_ending",),
        "keeping": ("keep_ended",),
    }.items():
        for name in names:
            setattr(live, name, _timed(part, getattr(live, name)))

    @site.get("/_spent")
    def spent() -> dict[str, float]:
        return {**_spent, "engine": _engine(), "all": time.process_time()}

    return site


app = _clocked(site)
