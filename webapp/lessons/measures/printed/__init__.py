"""What was printed: the lines that fit a pattern, which all measures of this package read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from webapp.engine.recording import Recording
from webapp.lessons.measures import Measure


def matches(recording: Recording, pattern: str) -> Iterator[re.Match[str]]:
    """The match of each line that fits, in the order of the lines."""
    for line in recording.lines:
        if found := re.search(pattern, line.text):
            yield found


def words(pattern: str) -> Measure[list[str]]:
    """The group of `pattern` in every line that fits it, in the order of the lines."""
    return lambda recording, values: [found.group(1) for found in matches(recording, pattern)]
