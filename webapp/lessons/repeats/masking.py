"""Masks the parts of a line that differ in every run, such as ids and times, to compare runs."""

from __future__ import annotations

import re

from webapp.engine.recording import Recording

LETTERS_COMPARED = 300
"""Characters of each line."""

MASK = "…"

# In this order: an address, a date, a time of day, a decimal number, a number after a word for an
# id; and any other number by itself, which is masked only if it is an id of this run.
_VARYING = re.compile(
    r"0x[0-9a-fA-F]+"
    r"|\b\d{4}-\d\d-\d\d\b"
    r"|\b\d{1,2}:\d\d:\d\d(?:[.,]\d+)?"
    r"|(?<![\w.])\d+\.\d+(?:e-?\d+)?(?![\w.])"
    r"|(?:(?<=\bpid[ =])|(?<=\bID )|(?<=\bident )|(?<=\bparent[ =]))\d+\b"
    r"|(?P<number>(?<![\w.#^-])\d+(?![\w.]\d|\w))"
)


def masked(text: str, own: frozenset[str]) -> str:
    """Replace what differs in every run by MASK; `own` are the run's own ids."""

    def mask(found: re.Match[str]) -> str:
        number = found.group("number")
        return number if number and number not in own else MASK

    return _VARYING.sub(mask, text[:LETTERS_COMPARED])


def own_numbers(recording: Recording) -> frozenset[str]:
    """Return the ids of the run's processes and threads, in decimal."""
    return frozenset(str(id) for event in recording.events for id in event.key)
