"""Every demo of every topic, with small values, as test parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.engine.running import finish
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.machines import this_machine
from webapp.engine.program import Program
from webapp.engine.recording import Recording
from webapp.lessons.folders import find_topics
from webapp.lessons.parameters import Choice, Float, Floats
from webapp.lessons.topic import Demo
from webapp.lessons.values import Value

TOPICS = find_topics()
DEMOS = [(f"{topic.slug}/{demo.slug}", demo) for topic in TOPICS for demo in topic.demos]

# Long enough that what happens side by side can be told from what does not, on a busy machine.
SHORT = 0.2
"""Seconds."""


def every_demo(where: Callable[[Demo], object] = lambda demo: True) -> pytest.MarkDecorator:
    """Run a test with each demo as `demo`, or with those of which something is true."""
    chosen = [
        pytest.param(demo, id=name, marks=_where_it_can_run(demo))
        for name, demo in DEMOS
        if where(demo)
    ]
    return pytest.mark.parametrize("demo", chosen)


def _where_it_can_run(demo: Demo) -> pytest.MarkDecorator:
    return pytest.mark.skipif(
        not this_machine().meets(demo.needs), reason=f"this machine does not have {demo.needs}"
    )


def run_all(runner: EmbeddedRunner, programs: Iterable[Program]) -> list[Recording]:
    """Run programs at the same time; give their records."""
    runs = [runner.start(program) for program in programs]
    # All are followed, for a run that nobody follows is ended.
    with ThreadPoolExecutor(max(1, len(runs))) as followers:
        return [*followers.map(partial(finish, runner), runs)]


def short_values(demo: Demo) -> dict[str, Value]:
    """The defaults, with all times cut down alike, to what still shows the lesson."""
    values = demo.defaults
    times = {p.name: p.default for p in demo.parameters if isinstance(p, Float)}
    lists = {p.name: p.default for p in demo.parameters if isinstance(p, Floats)}
    longest = max([SHORT, *times.values(), *(max(seconds) for seconds in lists.values())])
    for name, seconds in times.items():
        values[name] = seconds * SHORT / longest
    for name, durations in lists.items():
        values[name] = tuple(seconds * SHORT / longest for seconds in durations)
    if "work" in values:  # what it computes
        values["work"] = 1
    return values


def report_values(demo: Demo) -> dict[str, Value]:
    """The values of the course report."""
    return {**demo.defaults, **demo.as_in_report}


def each_choice(demo: Demo) -> list[dict[str, Value]]:
    """The short values with every option of every choice."""
    found = [short_values(demo)]
    for parameter in demo.parameters:
        if isinstance(parameter, Choice):
            found = [
                {**values, parameter.name: word} for values in found for word in parameter.options
            ]
    return found
