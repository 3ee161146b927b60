"""Describes states and steps of a run in the visitor's language.

The caller supplies the texts, as `Words`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from webapp.engine.events import Event, How, Kind
from webapp.timeline.lanes import State, Stretch
from webapp.timeline.pieces import Piece
from webapp.timeline.values import touched_by

PRINTED_LETTERS = 60

# Characters that HTML and XML do not allow, even escaped; a worker's name may contain them.
# Named one by one: the class of all others takes ten times as long to compile and to search for.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def writable(text: str) -> str:
    """Replace the characters that HTML and XML do not allow."""
    return _UNWRITABLE.sub("\ufffd", text)


class Words(Protocol):
    """The texts and number format of one language."""

    def __call__(self, key: str, /, **values: object) -> str:
        """Return a text with its placeholders filled."""
        ...

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        ...

    def figures(self, text: str) -> str:
        """Return a text with its numbers and their units in the language."""
        ...

    def times(self, text: str) -> str:
        """Return the same with short units, for the time axis."""
        ...

    def seconds(self, value: float) -> str:
        """Format a duration in seconds."""
        ...


def state_text(say: Words, stretch: Stretch) -> str:
    """Describe a worker's state: "waits for lock"."""
    if stretch.state is State.TASK:
        return f"{stretch.object}({stretch.note})"
    if stretch.state is State.HOLDING:
        return stretch.object
    if stretch.state is State.AT_BARRIER and stretch.note:
        place = place_text(say, stretch.note)
        return say("state.barrier_place", object=stretch.object, place=place)
    return say(f"state.{stretch.state}", object=stretch.object)


def place_text(say: Words, place: str) -> str:
    """Write a place at a barrier, "2 of 3", in the visitor's language."""
    arrived, of, parties = place.partition(" of ")
    if not of:
        return place
    return say("state.place", arrived=say.figures(arrived), parties=say.figures(parties))


def count_text(say: Words, counts: Mapping[str, int]) -> str:
    """Describe a band: "1 running, 99 sleeping"."""
    told = (say(f"band.{name}", count=count) for name, count in sorted(counts.items()))
    return say("list.separator").join(told) or say("band.none")


def piece_text(say: Words, piece: Piece) -> str:
    """Describe what a piece of a picture shows: "waiting for lock"; a band: "holds lock, 500 ×"."""
    stretch = piece.stretch
    if stretch is None or (stretch.state is State.TASK and piece.count > 1):
        return say("lanes.short", count=piece.count) if piece.band else say("lanes.mixed")
    text = state_text(say, stretch)
    if stretch.state is State.HOLDING:
        text = say("lanes.holds", object=text)
    return text if not piece.band else f"{text}, {say('lanes.times', count=piece.count)}"


def step_text(say: Words, event: Event) -> str:
    """Describe a worker's step: "takes 3 out of queue"."""
    key, values = _step(say, event)
    return say(f"step.{key}", **values)


def _step(say: Words, event: Event) -> tuple[str, dict[str, object]]:
    """Return the key of a step's text, and the values of its placeholders."""
    key = event.kind.replace(" ", "_")
    filled: dict[str, object] = {"object": event.object, "text": _shortened(event.text)}
    match event.kind:
        case Kind.WAITS:
            key = f"waits_{How.LOOP if event.how is How.POLL else event.how}"
            if event.timeout is not None:
                key, filled["seconds"] = f"{key}_at_most", event.timeout
        case Kind.STARTED if event.task:
            key = "started_task"
        case Kind.ARRIVED:
            filled["text"] = place_text(say, event.text)
        case Kind.EXITED:
            filled["code"] = str(event.exit[1])
        case Kind.STARTS | Kind.SIGNALLED if event.text and not event.text.isdigit():
            key = f"{key}_by"
        case Kind.GOT if event.text:
            key = "got_count"
        case Kind.PUT | Kind.TOOK:
            filled["item"] = _shortened(event.text.partition(" ")[2])
        case Kind.SLEPT:
            filled["seconds"] = float(event.text)
        case Kind.STEPPED:
            key, filled = _line(say, event)
        case Kind.UNWATCHED:
            key = f"unwatched_{event.object}"
    return key, filled


def _line(say: Words, event: Event) -> tuple[str, dict[str, object]]:
    """Return the same of a line in slow motion, with the values that it reads and writes."""
    touched = touched_by(event)
    comma = say("list.separator")
    reads = comma.join(f"{name} = {value}" for name, value in touched.reads)
    writes = comma.join(
        f"{name} = {after}" if before is None else f"{name} = {before} → {after}"
        for name, before, after in touched.writes
    )
    key = "stepped" + "_reads" * bool(reads) + "_writes" * bool(writes)
    return key, {"line": event.line, "reads": reads, "writes": writes}


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= PRINTED_LETTERS else line[:PRINTED_LETTERS] + "…"
