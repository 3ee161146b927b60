"""Events as printed lines: when, by which worker, the text, and the line of the source."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from webapp.engine.events import PICTURES, Event, Key, Kind
from webapp.engine.transcript import Line, Transcript

HUES = 10
KEY = attrgetter("key")
MICROSECONDS = 1_000_000

# A browser stays fast with this many lines. The last lines are always shown, since totals are
# printed there.
LINES_SHOWN = 2000
LAST_LINES_SHOWN = 50
LETTERS_SHOWN = 2000

_COLOUR = re.compile("\x1b\\[[0-9;]*m")  # SGR of ECMA-48, which programs send to terminals

# Control characters become Unicode's control pictures, so that they are visible.
_PICTURES = {code: shown for code, shown in PICTURES.items() if chr(code) != "\t"}


class Shown(NamedTuple):
    """One printed line. `time` is in seconds since the run began."""

    time: str
    worker: str
    hue: int
    text: str
    error: bool
    source_line: int


class Screen:
    """Turns a run's events into the lines to show; each worker keeps its colour."""

    def __init__(self) -> None:
        self._transcript = Transcript()
        self._hues: dict[Key, int] = {}
        self._last: deque[Line] = deque(maxlen=LAST_LINES_SHOWN)
        self.lines = 0

    @property
    def hidden(self) -> int:
        """The number of lines between the first and the last ones, which are not shown."""
        return max(0, self.lines - LINES_SHOWN - LAST_LINES_SHOWN)

    def feed(self, events: Sequence[Event]) -> list[Shown]:
        """Take the next events; return the lines that they complete, up to LINES_SHOWN in all."""
        for key in dict.fromkeys(map(KEY, events)):
            self._hues.setdefault(key, len(self._hues) % HUES)
        printed = (event for event in events if event.kind is Kind.PRINTED)
        return self._within_limit([*chain.from_iterable(map(self._transcript.feed, printed))])

    def rest(self) -> list[Shown]:
        """Return the lines without a newline at their end, once the run is over."""
        return self._within_limit(list(self._transcript.rest()))

    def last(self) -> list[Shown]:
        """Return the last lines beyond LINES_SHOWN, at most LAST_LINES_SHOWN."""
        return list(self._shown(self._last))

    def _within_limit(self, lines: list[Line]) -> list[Shown]:
        room = max(0, LINES_SHOWN - self.lines)
        self.lines += len(lines)
        self._last.extend(lines[room:])
        return list(self._shown(lines[:room]))

    def _shown(self, lines: Iterable[Line]) -> Iterator[Shown]:
        for line in lines:
            yield Shown(
                time=f"{line.time / MICROSECONDS:.3f}",
                worker=line.worker,
                hue=self._hues.get(line.key, 0),
                text=_visible(line.text),
                error=line.stream == "stderr",
                source_line=line.source_line,
            )


def _visible(text: str) -> str:
    """Return a line as a terminal would leave it, without colours."""
    if not text.isprintable():
        text = _COLOUR.sub("", text).rstrip("\r").rpartition("\r")[2].translate(_PICTURES)
    return text if len(text) <= LETTERS_SHOWN else text[:LETTERS_SHOWN] + " …"
