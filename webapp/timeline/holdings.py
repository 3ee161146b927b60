"""Finds which locks and semaphores each worker held, and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain

from webapp.engine.events import Event, Key, Kind
from webapp.timeline.lanes import State, Stretch, stretch_from

Slot = tuple[Key, str]
"""A worker, and the name of the object that it holds."""


def find_holdings(events: Iterable[Event]) -> defaultdict[Key, list[Stretch]]:
    """Return the holdings of each worker, from the first GOT to the last RELEASED.

    An object that is released while no worker holds it is a signal, such as a semaphore that one
    worker releases and another acquires. It has no holdings.
    """
    finder = HoldingsFinder()
    for event in events:
        finder.take(event)
    holdings: defaultdict[Key, list[Stretch]] = defaultdict(list)
    open_ = ((key, stretch_from(State.HOLDING, got[0])) for (key, _), got in finder.held.items())
    for key, stretch in chain(finder.found, open_):
        if stretch.object not in finder.signals:
            holdings[key].append(stretch)
    return holdings


class HoldingsFinder:
    """Finds holdings while events come.

    `found` are those that have ended, `held` the acquisitions of those that have not. `signals` are
    objects whose holdings do not count.
    """

    def __init__(self) -> None:
        self.held: dict[Slot, list[Event]] = {}
        self.found: list[tuple[Key, Stretch]] = []
        self.signals: set[str] = set()

    def take(self, event: Event) -> None:
        """Take the next event."""
        if event.kind is Kind.GOT:
            self.held.setdefault((event.key, event.object), []).append(event)
        elif event.kind is Kind.RELEASED:
            self._release(event)

    def _release(self, event: Event) -> None:
        slot = (event.key, event.object)
        holder = slot if slot in self.held else _longest(self.held, event.object)
        if holder is None:
            self.signals.add(event.object)
        elif event.text != "0" and len(self.held[holder]) > 1:
            self.held[holder].pop()  # acquired more than once; "0" releases it completely
        else:
            first = self.held.pop(holder)[0]
            self.found.append((holder[0], stretch_from(State.HOLDING, first, until=event)))


def _longest(held: Mapping[Slot, object], name: str) -> Slot | None:
    """Return the first holder of an object, for a release by a worker that does not hold it."""
    return next((slot for slot in held if slot[1] == name), None)
