"""Printed bytes that are no text: the terminal gets them as they are, and the record has marks.

A byte that cannot be decoded is a character from U+DC80 to U+DCFF of the text (surrogateescape in
PEP 383). No page can hold such a character, and a character may be split between two writes.
"""

from __future__ import annotations

import codecs
import re

from webapp.engine.events import Event, Kind

BYTE = re.compile("[\udc80-\udcff]")

_new_decoder = codecs.getincrementaldecoder("utf-8")


class Readable:
    """Makes what was printed readable, write by write."""

    def __init__(self) -> None:
        self._begun: dict[tuple[int, str], codecs.IncrementalDecoder] = {}

    def mend(self, event: Event) -> Event:
        """Return an event of what was printed without such characters.

        The first bytes of a character come with the rest of it.
        """
        place = event.pid, event.object
        if event.kind is not Kind.PRINTED or not (place in self._begun or BYTE.search(event.text)):
            return event
        decoder = self._begun.pop(place, None) or _new_decoder("replace")
        text = decoder.decode(encoded(event.text))
        if decoder.getstate()[0]:
            self._begun[place] = decoder
        return event._replace(text=text)


def decoded(data: bytes) -> str:
    """Return bytes as a text from which `encoded` makes them again."""
    return data.decode("utf-8", "surrogateescape")


def encoded(text: str) -> bytes:
    """Return the bytes of what was printed."""
    return text.encode("utf-8", "surrogateescape")
