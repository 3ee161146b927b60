"""What a step touches, and which steps conflict.

A step's footprint is a list of accesses, each a place and a mode. A place is a kind, the identity
of an object (ANY: it is not known which) and a name, such as ("attribute", id(box), "total").
"""

from __future__ import annotations

from collections.abc import Iterable

Place = tuple[str, int, str]
Access = tuple[Place, str]
Footprint = Iterable[Access]

ANY = 0
"""In a place: any object."""

READ, WRITE = "r", "w"
ACQUIRE, RELEASE, TRY = "a", "l", "t"
"""Of locks. A waiting acquire cannot go on before the release, so that these two have one order
only. TRY is an acquire that need not wait, or not for ever."""

GLOBAL, CELL, ATTRIBUTE, ITEMS, SYNC, OUTPUT = (
    "global",
    "cell",
    "attribute",
    "items",
    "sync",
    "output",
)
"""The kinds of places: ITEMS are those of a container, SYNC an object that threads wait for, OUTPUT
what is printed."""

PRINTED: Access = ((OUTPUT, ANY, ""), WRITE)


def modes_conflict(one: str, other: str) -> bool:
    """Return whether the order of two accesses to one place matters, and both orders can be."""
    if one == other:
        return one not in (READ, RELEASE)
    return {one, other} != {ACQUIRE, RELEASE}


def places_meet(one: Place, other: Place) -> bool:
    """Return whether two places can be the same."""
    return (
        one[0] == other[0]
        and one[2] == other[2]
        and (one[1] == other[1] or ANY in (one[1], other[1]))
    )


def conflict(one: Footprint, other: Footprint) -> bool:
    """Return whether two steps must be tried in both orders."""
    return any(
        modes_conflict(mode, other_mode) and places_meet(place, other_place)
        for place, mode in one
        for other_place, other_mode in other
    )
