"""Streams that never wait: they say what they wait for, and whoever drives them decides how.

A stream is an iterator of pieces. A piece is bytes to send, a `Wait`, or SLOW. A server whose one
thread drives all streams (`operating/streams.py`) puts DRIVES into a request's environ. Any other
server gets an iterator of bytes that waits in the request's thread.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from webapp.engine import runner

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

DRIVES = "movazi.drives_streams"
"""The key in the environ by which a server says that it drives streams."""

STREAM = "movazi.stream"
"""The key in the environ by which an answer says that it is a stream. Its value is the heartbeat:
bytes that mean nothing, sent to a client after a silence. Only a failed write shows that the client
has left."""


class Step(Enum):
    """What a stream says about its next step."""

    SLOW = "slow"


SLOW = Step.SLOW
"""The steps up to the next `Wait` may wait for a database or compute for long."""


class Signal:
    """Tells a waiting stream that there is news. Thread-safe."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._is_set = self._is_urgent = False
        self.listener: Callable[[], None] | None = None
        """Is called when the signal is set, in the thread that sets it."""

    @property
    def is_set(self) -> bool:
        """Whether there is news."""
        return self._is_set

    @property
    def is_urgent(self) -> bool:
        """Whether there is news that should be sent at once."""
        return self._is_urgent

    def set(self, urgent: bool = False) -> None:
        """Say that there is news."""
        with self._changed:
            if self._is_urgent or (self._is_set and not urgent):
                return
            self._is_set, self._is_urgent = True, urgent
            self._changed.notify_all()
        if self.listener:
            self.listener()

    def clear(self) -> None:
        """Forget the news: the stream looks for them now."""
        self._is_set = self._is_urgent = False

    def wait(self, least: float, most: float) -> None:
        """Wait for urgent news; after `least` seconds for any; never longer than `most` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_urgent, min(least, most))
            self._changed.wait_for(lambda: self._is_set, max(0.0, most - least))


@dataclass(frozen=True, slots=True)
class Wait:
    """A stream waits until its signal is set, at most `most` seconds.

    It rests for `least` seconds, to get more news at a time; urgent news end the rest.
    """

    signal: Signal
    most: float = field(default_factory=lambda: runner.HEARTBEAT_SECONDS)
    least: float = 0.0


Piece = bytes | Wait | Step
Pieces = Generator[Piece, None, None]


class Silence:
    """Measures how long nothing was sent to a client."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._spoke = False

    def end(self) -> None:
        """Start again: something is sent."""
        self._since = time.monotonic()
        self._spoke = True

    def is_long(self) -> bool:
        """Return, at a `Wait`, whether a heartbeat is due. If so, start again."""
        spoke, self._spoke = self._spoke, False
        if spoke or time.monotonic() - self._since < runner.HEARTBEAT_SECONDS:
            return False
        self._since = time.monotonic()
        return True


def as_answer(
    environ: WSGIEnvironment, pieces: Pieces, heartbeat: bytes
) -> Iterable[bytes] | Pieces:
    """Return a stream's pieces, or their bytes for a server that does not drive streams."""
    if environ.get(DRIVES):
        environ[STREAM] = heartbeat
        return pieces
    return as_bytes(pieces, heartbeat)


def as_bytes(pieces: Pieces, heartbeat: bytes) -> Iterator[bytes]:
    """Yield a stream's bytes, and wait in between."""
    silence = Silence()
    with closing(pieces):
        for piece in pieces:
            if isinstance(piece, bytes):
                silence.end()
                yield piece
            elif isinstance(piece, Wait):
                if silence.is_long():
                    yield heartbeat
                piece.signal.wait(piece.least, piece.most)
                piece.signal.clear()
