"""One of a few things to choose from, in a form."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """One option of a choice field, or of a question."""

    value: str
    label: str
