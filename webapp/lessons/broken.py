"""The error for an invalid topic. It stops the start of the server."""

from __future__ import annotations

from pathlib import Path


class BrokenTopic(Exception):
    """A file of a topic is invalid; the message has its path and the reason."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason
