"""Follows a search of a demo's schedules, through the engine's `Runner`."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from functools import partial

from webapp.engine.events import Kind
from webapp.engine.findings import Found
from webapp.engine.recording import Outcome
from webapp.engine.runner import Changed, Interrupted, Runner, UnknownRun
from webapp.engine.schedules import Search, Tried
from webapp.lessons.goals import breaks, recording_of
from webapp.lessons.repeats.distribution import Key
from webapp.lessons.text import Text
from webapp.lessons.topic import Demo, Topic
from webapp.lessons.values import Values

LIMITS = Search()
"""How far the site searches."""

FURTHER = replace(LIMITS, switches=LIMITS.switches + 1)
"""How far it searches on request."""

Counted = Found[Key]


class DemoSearch:
    """A search of one demo with its values. `found` is what was tried so far within `limits`."""

    def __init__(
        self,
        runner: Runner,
        topic: Topic,
        demo: Demo,
        values: Values,
        limits: Search = LIMITS,
        *,
        visitor: str = "",
    ) -> None:
        """Begin to search. Raises Busy."""
        program = replace(demo.program(values), directed=limits)
        self.id = runner.start(program, visitor=visitor)
        self.limits = limits
        self._runner = runner
        self.found: Counted = Found(
            breaks=lambda tried: breaks(tried, topic.goal_of(demo), values),
            label=partial(_outcome, demo, values),
        )

    def follow(self, changed: Changed | None = None) -> Generator[list[Tried], None, None]:
        """Yield the schedules that were tried, in batches; see `Runner.follow`."""
        try:
            with closing(self._runner.follow(self.id, changed=changed)) as batches:
                for batch in batches:
                    for event in batch:
                        self.found.take(event)
                    yield [Tried.load(each.text) for each in batch if each.kind is Kind.TRIED]
        except (Interrupted, UnknownRun):
            return  # `found.end` says that it did not come to its end


def _outcome(demo: Demo, values: Values, tried: Tried) -> Key:
    """Return the outcome of a schedule's run, as that of any run of the demo."""
    if tried.outcome == "halted":
        return Outcome.TIMED_OUT
    told = demo.outcome.of(recording_of(tried), values)
    return told if isinstance(told, int | float | str | Outcome | Text) else None
