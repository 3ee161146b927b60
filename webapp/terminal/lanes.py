"""The lanes of a run as text: one row per worker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from webapp.engine.recording import Recording
from webapp.timeline import lanes as timeline
from webapp.timeline.bands import fold
from webapp.timeline.lanes import WAITS, State, Stretch
from webapp.timeline.reading import draw

LONGEST_NAME = 24
NARROWEST, WIDEST = 20, 100


class Sign(Enum):
    """The state of a worker in one cell. Of two states in a cell the later one here is shown."""

    RUNNING = "▓"
    SLEEPING = "░"
    HOLDING = "█"
    WAITING = "·"


SIGNS: Mapping[State, Sign] = {
    State.SLEEPING: Sign.SLEEPING,
    State.HOLDING: Sign.HOLDING,
    State.IDLE: Sign.WAITING,
    State.READY: Sign.WAITING,
    State.LOOP: Sign.WAITING,
    **dict.fromkeys(WAITS, Sign.WAITING),
}


@dataclass(frozen=True, slots=True)
class Lane:
    """One worker's row. `name` is padded; `cells` has the same width in all lanes of a run."""

    number: int
    name: str
    cells: str


def draw_lanes(recording: Recording, columns: int) -> list[Lane]:
    """Return a lane for each worker, the main thread included. `columns` limits their width."""
    drawn = fold(draw(recording))
    names = _names(drawn.lanes)
    room = max((len(name) for name in names), default=0)
    width = min(WIDEST, max(NARROWEST, columns - room - 4))
    return [
        Lane(lane.number, f"{name:<{room}}", _cells(lane, drawn.end, width))
        for lane, name in zip(drawn.lanes, names, strict=True)
    ]


def _names(lanes: Sequence[timeline.Lane]) -> list[str]:
    """Return the workers' names; equal names get the thread's id."""
    count = Counter(lane.name for lane in lanes)
    return [
        f"{lane.name[:LONGEST_NAME]}{f' {lane.key[1]}' if count[lane.name] > 1 else ''}"
        for lane in lanes
    ]


def _cells(lane: timeline.Lane, end: int, width: int) -> str:
    """Return the signs of a lane, one for each of `width` equal parts of the run."""
    filled: list[Counter[Sign]] = [Counter() for _ in range(width)]
    for stretch in (*lane.stretches, *lane.beside):
        _fill(filled, stretch, SIGNS.get(stretch.state, Sign.RUNNING), end)
    return "".join(
        _sign(
            cell,
            max(0, min(lane.end, end * (at + 1) // width) - max(lane.start, end * at // width)),
        )
        for at, cell in enumerate(filled)
    )


def _fill(filled: list[Counter[Sign]], stretch: Stretch, sign: Sign, end: int) -> None:
    """Add a stretch to the cells that it overlaps."""
    width = len(filled)
    first, last = stretch.start * width // end, min(width - 1, stretch.end * width // end)
    for at in range(first, last + 1):
        start, stop = end * at // width, end * (at + 1) // width
        filled[at][sign] += max(0, min(stretch.end, stop) - max(stretch.start, start))


def _sign(cell: Counter[Sign], lived: int) -> str:
    """Return the last sign that fills at least half of the worker's lifetime in the cell."""
    if not lived:
        return " "
    return next((sign.value for sign in reversed(Sign) if 2 * cell[sign] >= lived), "▓")
