"""What workers hold, and how long: locks and semaphores."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from webapp.engine.events import Event, Kind
from webapp.engine.recording import Key
from webapp.timeline.lanes import State, Stretch, stretch_from

Slot = tuple[Key, str]
"""A worker and the name of what it holds."""


def find_holdings(events: list[Event]) -> defaultdict[Key, list[Stretch]]:
    """Each time that a worker held something, from its first GOT to its last RELEASED.

    What is released while nobody holds it only passes a signal on, as a semaphore does that one
    worker acquires and another releases: that is no holding.
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
                held[holder].pop()  # held more than once over; "0" lets go of all at once
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
    """Who has held it longest: where a lock is released by another than its holder."""
    return next((slot for slot in held if slot[1] == name), None)
