"""What a search finds of a program that nobody can break: how far that is proved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from threading import Lock

from webapp.engine.findings import Found
from webapp.engine.runner import Busy
from webapp.engine.schedules import Search
from webapp.lessons.repeats.distribution import Key
from webapp.lessons.topic import Demo, Topic
from webapp.lessons.values import Values
from webapp.pages.search.running import LIMITS, DemoSearch
from webapp.pages.site.site import Site

SHORT = replace(LIMITS, seconds=3.0)
"""A visitor waits for it."""


class Proofs:
    """The searches of one topic's demos; each is made once, and kept in memory."""

    def __init__(self, site: Site, topic: Topic, limits: Search = SHORT) -> None:
        self._site = site
        self._topic = topic
        self._limits = limits
        self._lock = Lock()
        self._found: dict[tuple[str, tuple[tuple[str, object], ...]], Found[Key]] = {}

    def find(self, demo: Demo, values: Values, visitor: str) -> Found[Key] | None:
        """Return what a search has found; None if there is no room for one now."""
        key = demo.slug, _sorted(values)
        with self._lock:
            if key in self._found:
                return self._found[key]
        runner, topic = self._site.runner, self._topic
        try:
            search = DemoSearch(runner, topic, demo, values, self._limits, visitor=visitor)
        except Busy:
            return None
        for _ in search.follow():
            pass
        if search.found.end and search.found.end.why == "all":
            with self._lock:
                self._found[key] = search.found
        return search.found


def _sorted(values: Mapping[str, object]) -> tuple[tuple[str, object], ...]:
    return tuple(sorted(values.items()))
