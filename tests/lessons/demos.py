"""Every demo of every topic as test parameters, and values to run it with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Literal

import pytest

from tests.engine.running import finish
from tests.topics import TOPICS
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.machines import this_machine
from webapp.engine.program import Program
from webapp.engine.recording import Recording
from webapp.lessons.parameters import Choice, Float, Floats
from webapp.lessons.topic import Demo
from webapp.lessons.values import Value

DEMOS = [(f"{topic.slug}/{demo.slug}", demo) for topic in TOPICS for demo in topic.demos]

Scope = Literal["module"]

TRIES = 30
"""Runs, one of which must decide as a question says: workers may not meet in each."""

SHORT = 0.2
"""Seconds that are long enough to tell parallel from serial on a busy machine."""


def every_demo(
    where: Callable[[Demo], object] = lambda demo: True, scope: Scope | None = None
) -> pytest.MarkDecorator:
    """Run a test with each demo as `demo`, or with those for which `where` is true.

    With a `scope`, fixtures of that scope may be of the demo, and its tests run after each other.
    """
    chosen = [
        pytest.param(demo, id=name, marks=_skip_if_it_cannot_run(demo))
        for name, demo in DEMOS
        if where(demo)
    ]
    return pytest.mark.parametrize("demo", chosen, scope=scope)


def _skip_if_it_cannot_run(demo: Demo) -> pytest.MarkDecorator:
    return pytest.mark.skipif(
        not this_machine().meets(demo.needs), reason=f"this machine does not have {demo.needs}"
    )


def run_all(runner: EmbeddedRunner, programs: Iterable[Program]) -> list[Recording]:
    """Run programs at the same time; return their records."""
    runs = [runner.start(program) for program in programs]
    # Follow all of them: the engine ends a run that has no follower.
    with ThreadPoolExecutor(max(1, len(runs))) as followers:
        return [*followers.map(partial(finish, runner), runs)]


def short_values(demo: Demo) -> dict[str, Value]:
    """Return the defaults with all times cut down alike; the lesson still shows."""
    values = demo.defaults
    times = {p.name: p.default for p in demo.parameters if isinstance(p, Float)}
    lists = {p.name: p.default for p in demo.parameters if isinstance(p, Floats)}
    longest = max([SHORT, *times.values(), *(max(seconds) for seconds in lists.values())])
    for name, seconds in times.items():
        values[name] = seconds * SHORT / longest
    for name, durations in lists.items():
        values[name] = tuple(seconds * SHORT / longest for seconds in durations)
    if "work" in values:  # the amount of computing
        values["work"] = 1
    return values


def report_values(demo: Demo) -> dict[str, Value]:
    """Return the values of the course report."""
    return {**demo.defaults, **demo.as_in_report}


def each_choice(demo: Demo) -> list[dict[str, Value]]:
    """Return the short values with every option of every choice."""
    found = [short_values(demo)]
    for parameter in demo.parameters:
        if isinstance(parameter, Choice):
            found = [
                {**values, parameter.name: word} for values in found for word in parameter.options
            ]
    return found
