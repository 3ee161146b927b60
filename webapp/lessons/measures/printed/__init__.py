"""Measures of printed lines. All of them search lines for a regular expression."""

from __future__ import annotations

import re
from collections.abc import Iterator

from webapp.engine.recording import Recording
from webapp.lessons.measures import Measure


def matches(recording: Recording, pattern: str) -> Iterator[re.Match[str]]:
    """Yield the match of each line that `pattern` matches, in order."""
    search = re.compile(pattern).search
    for line in recording.lines:
        if found := search(line.text):
            yield found


def words(pattern: str) -> Measure[list[str]]:
    """Measure the first group of `pattern` in every matching line, in order."""
    return lambda recording, values: [found.group(1) for found in matches(recording, pattern)]
