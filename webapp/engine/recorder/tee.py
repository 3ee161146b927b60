"""Reports what a part of a program prints, and lets it through to the streams that were there.

`output` takes the place of the streams; that is right for a whole program only. Here the stream may
be a notebook's, or the one in which pytest collects what a test prints.
"""

from __future__ import annotations

import sys
from _thread import get_ident
from collections import deque
from collections.abc import Iterable
from typing import Any

from webapp.engine.events import Kind
from webapp.engine.recorder.channel import emit, muted

NAMES = ("stdout", "stderr")


class Tee:
    """A standard stream: reports text as whole lines, or when it is flushed."""

    def __init__(self, stream: Any, name: str) -> None:
        self._stream, self._name = stream, name
        # No lock: a signal handler may print in the middle of it. A deque's methods are atomic.
        self._begun: deque[str] = deque()

    def write(self, text: str) -> Any:
        """Report the text, and write it. Raises what the stream raises."""
        if isinstance(text, str):
            self._begun.append(text)
            if "\n" in text:
                self.report()
        return self._let("write", text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Report a line that is not ended, and flush the stream."""
        self.report()
        self._let("flush")

    def report(self) -> None:
        """Report what was written since the last time."""
        text = ""
        while self._begun:
            try:
                text += self._begun.popleft()
            except IndexError:  # another thread was quicker
                break
        if text:
            emit(Kind.PRINTED, self._name, text)

    def _let(self, method: str, *arguments: Any) -> Any:
        """Call a method of the stream; what it does to write is not the program's doing."""
        thread, is_first = get_ident(), get_ident() not in muted
        muted.add(thread)
        try:
            return getattr(self._stream, method)(*arguments)
        finally:
            if is_first:
                muted.discard(thread)

    def __enter__(self) -> Tee:
        return self

    def __exit__(self, *raised: object) -> None:
        """Close the stream, as a stream does."""
        self.report()
        self._let("close")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


_taken: dict[str, tuple[Any, Tee]] = {}
"""The streams that were there, and ours, by name."""


def take_streams() -> None:
    """Report what is printed to the standard streams from now on."""
    for name in NAMES:
        stream = getattr(sys, name)
        if stream is not None:
            _taken[name] = stream, Tee(stream, name)
            setattr(sys, name, _taken[name][1])


def give_back_streams() -> None:
    """Restore the streams, unless the program has set others."""
    for name, (stream, tee) in _taken.items():
        tee.report()
        if getattr(sys, name) is tee:
            setattr(sys, name, stream)
    _taken.clear()
