"""What one address may take: seats in a room, and rooms in a day.

A class shares an address, so the bounds are high. They are counted in this server's memory.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

SEATS_OF_ONE = 400
"""The most seats that may vote in a room from one address."""

ROOMS_OF_ONE = 100
"""The most rooms that one address may open in a day."""

REMEMBERED = 1000
"""The most pairs of an address and a room, or a day, that are counted."""


class Bound:
    """Lets each address take at most so many things of one kind."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: OrderedDict[tuple[str, str], set[str]] = OrderedDict()
        self._lock = Lock()

    def take(self, address: str, kind: str, thing: str) -> bool:
        """Return whether the address may take the thing; it may if it has it already."""
        with self._lock:
            taken = self._taken.setdefault((address, kind), set())
            self._taken.move_to_end((address, kind))
            while len(self._taken) > REMEMBERED:
                self._taken.popitem(last=False)
            if thing not in taken and len(taken) >= self._most:
                return False
            taken.add(thing)
            return True
