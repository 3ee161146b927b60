"""A measurement as a line of a Markdown table."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A measurement and what it is compared with, in `unit`: medians are printed."""

    what: str
    own: Sequence[float]
    other_name: str
    other: Sequence[float]
    unit: str

    def __str__(self) -> str:
        own, other = statistics.median(self.own), statistics.median(self.other)
        return (
            f"| {self.what} | {own:.2f} {self.unit} | {self.other_name} | {other:.2f} {self.unit} "
            f"| {other / own:.1f} × |"
        )
