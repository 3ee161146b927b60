"""Keeps at most MOST_LINES lines of a run in slow motion: each of its processes records as many."""

from __future__ import annotations

from webapp.engine.events import Event, Kind
from webapp.engine.touches import LIMIT, MOST_LINES


class LineLimit:
    """Counts the lines of one run."""

    def __init__(self) -> None:
        self._count = 0
        self._said = False

    def within(self, events: list[Event], next_id: int) -> list[Event]:
        """Return the events without lines beyond the limit, with ids from `next_id`.

        Where the first one is left out, and where a process says so first, is an UNWATCHED.
        """
        kept: list[Event] = []
        for event in events:
            beyond = self._is_beyond(event)
            if not beyond:
                kept.append(event._replace(id=next_id + len(kept)) if self._said else event)
            elif not self._said:
                self._said = True
                end = event._replace(kind=Kind.UNWATCHED, object=LIMIT, text=str(MOST_LINES))
                kept.append(end._replace(id=next_id + len(kept), line=0))
        return kept

    def _is_beyond(self, event: Event) -> bool:
        self._count += event.kind is Kind.STEPPED
        if event.kind is Kind.STEPPED:
            return self._count > MOST_LINES
        return event.kind is Kind.UNWATCHED and event.object == LIMIT
