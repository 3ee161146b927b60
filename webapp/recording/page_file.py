"""Writes the page's file as a whole or not at all; checks first that it can be written."""

from __future__ import annotations

import contextlib
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
        """Open the temporary file. Raises Refused if no page can be written there."""
        target = path.resolve()  # through a link, to what it names
        if target == program.resolve():
            raise Refused(f"{path} is the program itself; choose another file for the page")
        self._target = target
        self._part = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            if target.exists() and not target.is_file():
                raise Refused(f"{path} is no file; choose another name for the page")
            self._file = self._part.open("x", encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            raise Refused(f"{path} cannot be written: {error.strerror}") from None

    def put(self, page: str) -> None:
        """Write the page and put it in place. Raises OSError."""
        self._file.write(page)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._part.replace(self._target)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):  # what could not be written cannot be flushed, either
            self._file.close()
        self._part.unlink(missing_ok=True)
