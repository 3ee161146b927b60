"""Writes the page's file as a whole or not at all; checks first that it can be written."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from webapp.recording.source import Refused


class PageFile:
    """A temporary file beside the page's, which replaces it when all is written.

    The end of the `with` removes it if it was not put in place.
    """

    def __init__(self, path: Path, program: Path) -> None:
        """Make the temporary file. Raises Refused if no page can be written there."""
        target = path.resolve()  # through a link, to what it names
        if target == program.resolve():
            raise Refused(f"{path} is the program itself; choose another file for the page")
        self._target, self._pid = target, os.getpid()
        self._part = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            if target.exists() and not target.is_file():
                raise Refused(f"{path} is no file; choose another name for the page")
            self._part.open("x").close()
        except OSError as error:
            raise Refused(f"{path} cannot be written: {error.strerror}") from None

    def put(self, page: str) -> None:
        """Write the page and put it in place. Raises OSError."""
        with self._part.open("w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(page)
            file.flush()
            os.fsync(file.fileno())
        self._part.replace(self._target)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if os.getpid() == self._pid:  # programs leave this `with`, too, if the launcher was forked
            self._part.unlink(missing_ok=True)
