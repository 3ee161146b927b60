"""Runs a program at the bottom of the stack, as the interpreter does: no frame of ours is below it.

A program can look at its own stack: by `frame.f_back`, by `warnings` with a `stacklevel`, by
`faulthandler`. So all our frames are left first, by an exception that nobody catches. The
interpreter then calls `sys.excepthook` from C. The hook consists of built-in functions only, which
have no frames either.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from operator import call, countOf
from types import CodeType
from typing import Any, NoReturn

from webapp.engine.foreign import ctypes

Judge = Callable[[BaseException | None], int]
"""Called with the exception that ended the program, or None; returns the exit code."""

Leave = Callable[[int], NoReturn]
"""Called with the exit code; ends the process. Nothing of the program is referred to any more."""

SET_BY_ERRORS = ("last_type", "last_value", "last_traceback", "last_exc")
"""What the interpreter sets in `sys` before it calls the hook."""


class Unwinding(BaseException):
    """Leaves all frames of this process; it must not be caught."""


def run(code: CodeType, names: dict[str, Any], judge: Judge, leave: Leave) -> NoReturn:
    """Execute the code of a module, then end the process. Raises Unwinding, which starts that."""
    _Bottom(code, names, judge, leave).arrange()
    del code, names  # this frame lives as long as the program, which must be the only one to refer
    raise Unwinding


class _Run:
    """Calling an instance executes the program. Its last reference is gone right after."""

    __call__: Callable[[], None]
    end: Callable[[], None]

    def __del__(self) -> None:
        self.end()


# Counts one None, the result of the call. An exception in a callback of C is not passed on: it is
# given to sys.unraisablehook, and the result is 0. Made here, once for all runs: the first callback
# of a process takes half as long as an empty program.
_count = partial(countOf, map(call, map(call, [_Run])), None)
_guarded = ctypes.PYFUNCTYPE(ctypes.c_int)(_count)


class _Bottom:
    """The steps from the hook to the end of the process."""

    def __init__(self, code: CodeType, names: dict[str, Any], judge: Judge, leave: Leave) -> None:
        self._judge, self._leave = judge, leave
        self._error: BaseException | None = None
        run: Any = _Run
        run.__call__ = staticmethod(partial(exec, code, names))
        run.end = staticmethod(self._await_error)

    def arrange(self) -> None:
        """Let the interpreter call `_begin`, the program, and `_finish`, one after the other."""
        rest = map(self._finish, map(call, (_guarded,)))
        # max() calls its key with each of its arguments. The hook's own three are never reached.
        sys.excepthook = partial(max, self._begin, partial(next, rest), key=call)

    def _begin(self) -> None:
        sys.excepthook = sys.__excepthook__
        for name in SET_BY_ERRORS:
            vars(sys).pop(name, None)

    def _await_error(self) -> None:
        """Take the next exception that cannot be raised: it is the one that ended the program."""
        self._hook, sys.unraisablehook = sys.unraisablehook, self._take

    def _take(self, unraisable: Any, /) -> None:
        self._error = unraisable.exc_value

    def _finish(self, _: int) -> NoReturn:
        sys.unraisablehook = self._hook
        del _Run.__call__  # it refers to the program's names
        code = self._judge(self._error)
        self._error = None
        self._leave(code)
