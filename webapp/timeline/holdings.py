"""Finds which locks and semaphores each worker held, and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from webapp.engine.events import Event, Kind
from webapp.engine.recording import Key
from webapp.timeline.lanes import State, Stretch, stretch_from

Slot = tuple[Key, str]
"""A worker, and the name of the object that it holds."""


def find_holdings(events: list[Event]) -> defaultdict[Key, list[Stretch]]:
    """Return the holdings of each worker, from the first GOT to the last RELEASED.

    An object that is released while no worker holds it is a signal, such as a semaphore that one
    worker releases and another acquires. It has no holdings.
    """
    held: dict[Slot, list[Event]] = {}
    found: list[tuple[Key, Stretch]] = []
    signals: set[str] = set()
    for event in events:
        slot = (event.key, event.object)
        if event.kind is Kind.GOT:
            held.setdefault(slot, []).append(event)
        elif event.kind is Kind.RELEASED:
            holder = slot if slot in held else _longest(held, event.object)
            if holder is None:
                signals.add(event.object)
            elif event.text != "0" and len(held[holder]) > 1:
                held[holder].pop()  # acquired more than once; "0" releases it completely
            else:
                first = held.pop(holder)[0]
                found.append((holder[0], stretch_from(State.HOLDING, first, until=event)))
    found += [(key, stretch_from(State.HOLDING, got[0])) for (key, _), got in held.items()]
    holdings: defaultdict[Key, list[Stretch]] = defaultdict(list)
    for key, stretch in found:
        if stretch.object not in signals:
            holdings[key].append(stretch)
    return holdings


def _longest(held: Mapping[Slot, object], name: str) -> Slot | None:
    """Return the first holder of an object, for a release by a worker that does not hold it."""
    return next((slot for slot in held if slot[1] == name), None)
