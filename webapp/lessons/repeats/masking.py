"""What is another one in every run, taken out of a line, so that runs can be compared."""

from __future__ import annotations

import re

from webapp.engine.recording import Recording

LETTERS_COMPARED = 300
"""Of each line."""

MASK = "…"
"""What stands for that which is another one in every run."""

# In this order: an address, a date, a time of day, a number with a point, a number that the words
# before it call an id; and any other number that stands alone, which may be an id of this run.
_VARYING = re.compile(
    r"0x[0-9a-fA-F]+"
    r"|\b\d{4}-\d\d-\d\d\b"
    r"|\b\d{1,2}:\d\d:\d\d(?:[.,]\d+)?"
    r"|(?<![\w.])\d+\.\d+(?:e-?\d+)?(?![\w.])"
    r"|(?:(?<=\bpid[ =])|(?<=\bID )|(?<=\bident )|(?<=\bparent[ =]))\d+\b"
    r"|(?P<number>(?<![\w.#^-])\d+(?![\w.]\d|\w))"
)


def masked(text: str, own: frozenset[str]) -> str:
    """Put a mark in place of what is another one in every run; `own` are the run's own ids."""

    def mask(found: re.Match[str]) -> str:
        number = found.group("number")
        return number if number and number not in own else MASK

    return _VARYING.sub(mask, text[:LETTERS_COMPARED])


def own_numbers(recording: Recording) -> frozenset[str]:
    """The ids of the run's processes and threads, as they would be printed."""
    return frozenset(str(id) for event in recording.events for id in event.key)
