"""What stops the start: a topic that cannot be used."""

from __future__ import annotations

from pathlib import Path


class BrokenTopic(Exception):
    """A file of a topic cannot be used; says which and why."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason
