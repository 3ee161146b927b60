"""A run that is to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from webapp.engine.recording import Recording

if TYPE_CHECKING:
    from webapp.timeline.standing import Standing


@dataclass(frozen=True)
class Ran:
    """A run of a program: the arguments, the source at that time, and the recording.

    `words` are those that name the program on Python's command line, if not the file's name.
    `folder` is where it imports its own files from, if not the program's. If only a part of it was
    recorded, `part` is "block", "cell" or "test". With `threads_only` children were not recorded.
    """

    program: Path
    arguments: tuple[str, ...]
    source: str
    recording: Recording
    words: tuple[str, ...] = ()
    folder: Path | None = None
    part: str = ""
    threads_only: bool = False

    @cached_property
    def standing(self) -> Standing:
        """Who was left waiting."""
        # The command imports this module before the program runs, and that one meanwhile.
        from webapp.timeline.standing import find_standing  # noqa: PLC0415

        return find_standing(self.recording)
