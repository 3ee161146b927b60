"""`with movazi.record("run.html"):` records what the block does, and writes it into a file."""

from __future__ import annotations

import sys
import warnings
import webbrowser
from pathlib import Path
from types import TracebackType
from typing import Self

from webapp.engine.recorder import tee
from webapp.lessons.text import DEFAULT_LANGUAGE, LANGUAGES, Language
from webapp.pages.texts.wording import load_wordings
from webapp.recording.outputs import form_of
from webapp.recording.page_file import PageFile
from webapp.recording.part import Part, Recorded
from webapp.recording.ran import Ran


class record:
    """Record the block of a `with`: `with movazi.record("run.html"):`.

    `output` is the file to write; its ending decides what: .html, .json or .trace.json. It is
    written even if an exception ends the block. `open` opens the page in a browser, `quiet` does
    not say where it is. Objects that were made before the block, and waits that had begun, are not
    seen.

    Raises ValueError for a wrong argument or a file that cannot be written, before the block runs.
    In a program that is recorded already it warns, and does nothing else.
    """

    def __init__(
        self,
        output: str | Path = "run.html",
        *,
        language: Language = DEFAULT_LANGUAGE,
        open: bool = False,
        quiet: bool = False,
    ) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, not {language!r}")
        self._output = Path(output)
        self._form = form_of(self._output)
        self._language, self._open, self._quiet = language, open, quiet
        self._part: Part | None = None

    def __enter__(self) -> Self:
        part = Part(sys._getframe(1).f_code.co_filename)
        self._file = PageFile(self._output, Path(part.path))
        try:
            part.begin()
        except BaseException as error:
            self._file.__exit__(None, None, None)
            if not isinstance(error, Recorded):
                raise
            warnings.warn(f"{error}, so {self._output} is not written", stacklevel=2)
            return self
        self._part = part
        tee.take_streams()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        part, self._part = self._part, None
        if part is None:
            return
        tee.give_back_streams()
        recording = part.end(error=error)
        with self._file as file:
            ran = Ran(Path(part.path), (), part.source, recording, part="block")
            file.put(self._form.write(load_wordings()[self._language], ran))
        if not self._quiet:
            events = f"{len(recording.events)} events into {self._output}"
            print(f"Recorded {events}: {self._form.opened}.", file=sys.stderr)
        if self._open:
            webbrowser.open(self._output.resolve().as_uri())
