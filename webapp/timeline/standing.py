"""Finds the waits that were left, and who could have ended them."""

from __future__ import annotations

from itertools import zip_longest
from typing import NamedTuple

from webapp.engine.events import Event
from webapp.engine.recording import Link, Recording, Wait
from webapp.engine.waits import Path, State
from webapp.timeline.lanes import MICROSECONDS
from webapp.timeline.words import Words

STILL = 500_000
"""Microseconds without any event after which nothing is said to have moved."""


class Left(NamedTuple):
    """A wait that was left. Its worker ran the handler of `signal`, or of none ("").

    If it waits at a pipe, the processes `holders` have the other end; empty if that is unknown.
    """

    event: Event
    wait: Wait
    signal: str = ""
    holders: tuple[str, ...] = ()


class Standing(NamedTuple):
    """The waits without a time-out at one moment, and the `rings` among them.

    Nothing moved from `start` to `end`, in microseconds; both are 0 if something did.
    """

    waits: tuple[Left, ...]
    rings: tuple[Path, ...]
    start: int = 0
    end: int = 0


def find_standing(recording: Recording) -> Standing:
    """Return the waits when nothing moved for the last time, or else those at the end."""
    events = recording.in_time
    wall = max(round(recording.wall * MICROSECONDS), events[-1].time if events else 0)
    state, still = State(other_ends=recording.other_ends), None
    for event, after in zip_longest(events, events[1:]):
        state.take(event)
        end = after.time if after else wall
        if end - event.time >= STILL and state.all_wait:
            still = _seen(state, event.time, end)
    return still or _seen(state)


def _seen(state: State, start: int = 0, end: int = 0) -> Standing:
    waits = tuple(
        _left(state, event, wait)
        for event, wait in sorted(state.standing, key=lambda found: found[0].key)
    )
    return Standing(waits, tuple(state.rings()), start, end)


def _left(state: State, event: Event, wait: Wait) -> Left:
    handled = state.handling.get(event.key)
    names = tuple(map(state.name_of, state.at_other_end(event)))
    return Left(event, wait, handled[-1][0] if handled else "", names if all(names) else ())


def wait_text(say: Words, left: Left) -> str:
    """Return a sentence: who waits for what, and who could have ended that."""
    wait = left.wait
    key: str = wait.link
    if left.holders:
        itself = wait.link is Link.KEPT and wait.giver == wait.worker
        key = "kept_itself" if itself else "kept"
    elif wait.link is Link.ANY:
        key = left.event.how
    elif wait.link is Link.HELD and wait.giver == wait.worker:
        key = "held_itself"
    elif wait.link is Link.JOINED and wait.giver != wait.object:
        key = "group"
    worker = wait.worker
    if left.signal:
        worker = say("standing.handler", worker=worker, signal=left.signal)
    line = say("standing.line", line=wait.line) if wait.line else ""
    why = say(f"standing.{key}", giver=wait.giver, holders=_listed(say, left.holders))
    return say("standing.wait", worker=worker, object=wait.object, line=line, why=why)


def _listed(say: Words, names: tuple[str, ...]) -> str:
    *first, last = names or ("",)
    return say("standing.and").join([say("list.separator").join(first), last] if first else [last])
