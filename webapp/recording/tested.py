"""Records one test for the pytest plugin, and writes its page if it fails or hangs."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import re
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from webapp.engine.recorder import tee, tracebacks
from webapp.engine.recording import Outcome
from webapp.lessons.text import Language
from webapp.pages.texts.wording import load_wordings
from webapp.recording.page import draw_page
from webapp.recording.page_file import PageFile
from webapp.recording.part import Ended, Part, Recorded, host_threads
from webapp.recording.ran import Ran
from webapp.recording.watch import Watch

exit_status = 1
"""The exit code of the session, once it is known."""

_stuck: list[threading.Thread] = []
"""The threads that tests which hung have left."""


class ItemRecorder:
    """Records a test from `begin` to `end`. `timeout` is in seconds; None is no limit.

    `hung` is called in the main thread if the test hangs, and raises what fails it.
    """

    def __init__(
        self,
        *,
        path: Path,
        name: str,
        folder: Path,
        language: Language,
        timeout: float | None,
        hung: Callable[[str], None],
    ) -> None:
        self._page = folder / f"{re.sub(r'[^0-9A-Za-z_.-]+', '-', name).strip('-')[:200]}.html"
        self._name, self._path, self._language = name, path, language
        self._timeout, self._hung = timeout, hung
        self._error: BaseException | None = None
        self._part: Part | None = None
        self._watch: Watch | None = None

    def begin(self) -> None:
        """Record from now on, unless this process is recorded already, as by `movazi record`."""
        self._before = {*threading.enumerate()}
        self._children = {*multiprocessing.active_children()}
        part = Part(str(self._path), [*host_threads(), *_stuck])
        try:
            part.begin()
        except Recorded:
            return
        self._part = part
        if threading.current_thread() is threading.main_thread():
            self._watch = Watch(part, self._timeout, self._hung)

    @contextmanager
    def phase(self) -> Generator[None]:
        """Take what is printed, and let the test be interrupted if it hangs."""
        if self._part:
            tee.take_streams()
        if self._watch:
            self._watch.looks = True
        try:
            yield
        finally:
            if self._watch:
                self._watch.looks = False
            if self._part:
                tee.give_back_streams()

    def clean(self, error: BaseException) -> None:
        """Remove the recorder's frames from the traceback of an exception."""
        tracebacks.clean(error)

    def fail(self, error: BaseException) -> Path | None:
        """Note that the test has failed; return where its page will be, if it is recorded."""
        self._error = error
        return self._page if self._part else None

    def end(self, *, interrupted: bool) -> Path | None:
        """Record no more; write the page of a test that failed, or was interrupted.

        Returns the page of one that was interrupted, which no report names.
        """
        part, self._part = self._part, None
        if part is None:
            return None
        if self._watch:
            self._watch.stop()
        hung = self._watch.ended if self._watch else None
        if not (self._error or interrupted or hung):
            part.discard()
            return None
        ended = hung or (Ended(Outcome.CANCELLED) if interrupted else None)
        recording = part.end(ended, self._error)
        ran = Ran(self._path, (), part.source, recording, part="test")
        self._page.parent.mkdir(parents=True, exist_ok=True)
        with PageFile(self._page, self._path) as file:
            file.put(draw_page(load_wordings()[self._language], ran))
        if hung:
            self._leave_behind()
        return self._page if interrupted else None

    def _leave_behind(self) -> None:
        """End the children that a hung test has left, and let pytest exit without its threads."""
        for child in multiprocessing.active_children():
            if child not in self._children:
                child.kill()
        if not _stuck:
            # Called before the interpreter waits for the threads.
            threading._register_atexit(_exit_without_threads)  # type: ignore[attr-defined]
        _stuck.extend({*threading.enumerate()} - self._before)


def _exit_without_threads() -> None:
    """Exit as pytest would, if threads that hang would be waited for without end."""
    if any(thread.is_alive() and not thread.daemon for thread in _stuck):
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(exit_status)
