"""Records the threads of a program from inside of its process: `movazi record --threads-only`.

It needs nothing of Linux. Only this process is recorded, and the page says so. A ring of threads
that wait for each other ends the program, as when the engine records it.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import signal
import sys
from _thread import allocate_lock
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import NoReturn

from webapp.engine import bottom, recorder
from webapp.engine.entry import compile_entry, judge, make_main
from webapp.engine.foreign import ctypes
from webapp.engine.leaving import end_threads, leave
from webapp.engine.program import CODE
from webapp.engine.recorder import ending, tee
from webapp.engine.recording import Outcome
from webapp.engine.surroundings import Surroundings
from webapp.lessons.text import DEFAULT_LANGUAGE
from webapp.pages.texts.wording import load_wording
from webapp.recording.answer import tell
from webapp.recording.lookout import Lookout
from webapp.recording.page_file import PageFile
from webapp.recording.part import Ended, Part
from webapp.recording.ran import Ran
from webapp.recording.source import Refused, Target
from webapp.recording.written import form_for, put

ENDED_BY_US = 128 + signal.SIGTERM
"""The exit code of a program that was ended for a deadlock or its timeout."""

TOLD = "Only the threads of this process were recorded, not its children (--threads-only)."


def record_here(command: argparse.Namespace, target: Target) -> NoReturn:
    """Run the program in this process, write what its threads did, and end the process.

    Raises Refused, and Unwinding, which must not be caught (see `bottom`).
    """
    if not command.alone:
        raise Refused("--threads-only needs a process of its own: run it by the command movazi")
    if command.lines:
        raise Refused("--lines and --threads-only cannot go together")
    around = Surroundings(os.environ, work=Path.cwd(), inherits=True)
    request = around.request(target.program)
    inside = _Inside(command, target)
    # As in an interpreter that is started with `-c`.
    sys.orig_argv[:] = [sys.orig_argv[0], "-c", ""]
    if not sys.flags.safe_path:
        del sys.path[0]
    gc.enable()
    inside.hidden = recorder.hide()
    try:
        code = compile_entry(request, target.source)
    except BaseException as error:  # in a package of a module, which is imported here
        inside.leave(judge(error))
    main = [make_main(request)]
    inside.begin(CODE if request.code is not None else request.path)
    # This frame lives as long as the program, which must be the only one to refer to its module.
    bottom.run(code, vars(main.pop()), inside.judge, inside.leave)


class _Inside:
    """The recording of this process, from `begin` to `leave`."""

    def __init__(self, command: argparse.Namespace, target: Target) -> None:
        """Import all that is needed: later the program's modules come first. Raises Refused."""
        self._command, self._target = command, target
        self._file = PageFile(command.output, target.program.path).__enter__()
        self._write = form_for(command).load()
        self._say = load_wording(command.language or DEFAULT_LANGUAGE)
        self._ending = allocate_lock()
        self._pid = os.getpid()
        self._part: Part | None = None
        ending.note_loaded()
        self.hidden: Mapping[str, ModuleType] = {}
        self._ended = Ended(Outcome.FINISHED)

    def begin(self, path: str) -> None:
        """Record from now on."""
        self._part = Part(path, children=False)
        self._part.begin()
        tee.take_streams()
        self._lookout = _Lookout(self, self._part, self._command.timeout)

    def judge(self, error: BaseException | None) -> int:
        """Return the exit code of the program, which `error` has ended."""
        code = judge(error)
        if isinstance(error, KeyboardInterrupt):
            self._ended = Ended(Outcome.CANCELLED)
        elif code:
            self._ended = Ended(Outcome.FAILED, f"exit code {code}")
        return code

    def leave(self, code: int) -> NoReturn:
        """Wait for the program's threads, write the page, and end the process."""
        code = end_threads(code)
        if self._part is not None and os.getpid() == self._pid:
            self._ending.acquire()  # for ever, if the lookout ends the process
            self._lookout.stop()
            self.finish(self._ended, 128 - code if code < 0 else code)
        code = leave(code)
        ctypes.pythonapi.Py_Exit(128 - code if code < 0 else code)
        raise AssertionError

    def stop(self, ended: Ended) -> None:
        """End the process, which hangs, unless it is just ending. Any thread may call it."""
        if not self._ending.acquire(blocking=False):
            return
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        self.finish(ended, ENDED_BY_US)
        os._exit(ENDED_BY_US)

    def finish(self, ended: Ended, code: int) -> None:
        """Take the recorder back, and write what it recorded."""
        assert self._part is not None
        sys.modules.update(self.hidden)  # what is imported from now on is ours again
        with contextlib.suppress(ValueError):  # another thread, while the main one hangs
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        tee.give_back_streams()
        gc.disable()
        recording = replace(self._part.end(ended), exit_code=code)
        program, target = self._target.program, self._target
        ran = Ran(
            program.path,
            program.arguments,
            target.source,
            recording,
            target.words,
            target.folder,
            threads_only=True,
        )
        with self._file as file:
            written = self._write(self._say, ran)
            if not self._command.quiet:
                answer = tell(self._say, recording, ran.standing)
                print(*filter(None, [answer, TOLD]), sep="\n", file=sys.stderr)
            put(file, written, self._command, recording)


class _Lookout(Lookout):
    """Ends a program that hangs."""

    def __init__(self, inside: _Inside, part: Part, timeout: float | None) -> None:
        self._inside = inside
        super().__init__(part, timeout)

    def found(self, ended: Ended, text: str) -> None:
        """End the process."""
        self._inside.stop(ended)
