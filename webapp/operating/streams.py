"""Drives all streams in one thread, so that an open stream holds no thread of its own.

    take() ──> waiting ──signal or time──> advance() ──> outbox ──> socket
                  ^            │                            │
                  └────────────┴── a thread of the pool ────┴── full: until the client has read

A slow step, which may wait for a database or draw a result, is taken in a pool of threads. The
thread rests between two rounds as long as the last one took, so that pages get half of the time,
and streams more news at a time.
"""

from __future__ import annotations

import contextlib
import heapq
import logging
import os
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from functools import partial
from itertools import count

from webapp.operating.stream import Stream

SLOW_THREADS = 32
"""Threads for the slow steps of all streams."""

SHORTEST_REST, LONGEST_REST = 0.0005, 0.1
"""Seconds between two rounds: a shorter rest is left out, and a longer one is shortened."""

LINGER = 2.0
"""Seconds that a client has to close a connection after its last answer, as in gunicorn. If the
server closed first, a client that has sent more could lose the answer (RFC 9112, 9.6)."""

READ_SIZE = 4096

log = logging.getLogger(__name__)


class State(Enum):
    """What a stream is doing."""

    WAITING = "waiting for news"
    SENDING = "waiting until its client reads"
    ELSEWHERE = "taking a slow step in another thread"
    LEAVING = "waiting until its client closes"
    GONE = "given back"


class Streams:
    """All open streams. `unread` is how many seconds a client may read nothing.

    `done` gets each stream that is over, from any thread: its connection is free again if
    `keeps_connection`, else it is to be closed.
    """

    def __init__(self, done: Callable[[Stream], None], unread: float) -> None:
        self._done = done
        self._unread = unread
        self._states: dict[Stream, State] = {}
        self._due: dict[Stream, float] = {}  # time.monotonic()
        self._timetable: list[tuple[float, int, Stream]] = []  # a heap; some entries are outdated
        self._order = count()
        self._calls: deque[Callable[[], None]] = deque()
        self._asleep = False
        self._pool = ThreadPoolExecutor(SLOW_THREADS, "slow step")
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._wake, selectors.EVENT_READ, self._awake)
        threading.Thread(target=self._serve, name="streams", daemon=True).start()

    # --- called from any thread ---

    def take(self, stream: Stream) -> None:
        """Drive a stream, which has been advanced once, from now on."""
        self._call(partial(self._settle, stream))

    def _call(self, step: Callable[[], None]) -> None:
        """Call a function in the thread of the streams."""
        self._calls.append(step)
        if self._asleep:
            os.eventfd_write(self._wake, 1)

    # --- the loop ---

    def _serve(self) -> None:
        while True:
            for key, _ in self._select():
                self._guard(key.data)
            began = time.thread_time()
            for _ in range(len(self._calls)):
                self._guard(self._calls.popleft())
            now = time.monotonic()
            while self._timetable and self._timetable[0][0] <= now:
                due, _, stream = heapq.heappop(self._timetable)
                if self._due.get(stream) == due:
                    self._guard(partial(self._be_due, stream))
            if (took := time.thread_time() - began) > SHORTEST_REST:
                time.sleep(min(took, LONGEST_REST))

    def _select(self) -> list[tuple[selectors.SelectorKey, int]]:
        self._asleep = True
        patience = None
        if self._calls:  # looked at after _asleep is set: a later call wakes
            patience = 0.0
        elif self._timetable:
            patience = max(0.0, self._timetable[0][0] - time.monotonic())
        ready = self._selector.select(patience)
        self._asleep = False
        return ready

    def _awake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self._wake)

    def _guard(self, step: Callable[[], None]) -> None:
        """Call `step`; an error in one stream must not end the others."""
        try:
            step()
        except Exception:
            log.exception("a stream could not take a step")

    # --- a stream ---

    def _be_due(self, stream: Stream) -> None:
        """Go on with a stream whose time has come."""
        del self._due[stream]
        match self._states[stream]:
            case State.WAITING:
                self._advance(stream)
                self._settle(stream)
            case State.SENDING:
                log.debug("a client takes nothing")
                self._drop(stream)
            case State.LEAVING:
                self._give_back(stream)

    def _advance(self, stream: Stream) -> None:
        """Take the next steps of a stream, in any thread. A stream that fails is closed."""
        try:
            stream.advance()
            if stream.is_over:
                stream.close()
        except Exception:
            log.exception("a stream broke off")
            self._close(stream)

    def _close(self, stream: Stream) -> None:
        try:
            stream.close()
        except Exception:
            log.exception("a stream could not be closed")

    def _settle(self, stream: Stream) -> None:
        """Send what a stream has made, and note what it waits for."""
        try:
            is_sent = stream.flush()
        except OSError:  # the client has left
            self._drop(stream)
            return
        if not is_sent:
            self._wait_to_send(stream)
        elif stream.is_over:
            self._end(stream)
        elif stream.is_closed:
            self._drop(stream)
        elif stream.is_slow:
            self._states[stream] = State.ELSEWHERE
            self._pool.submit(self._advance_elsewhere, stream)
        else:
            self._wait_for_news(stream)

    def _advance_elsewhere(self, stream: Stream) -> None:
        self._advance(stream)
        is_sent = False
        with contextlib.suppress(OSError):  # the client has left: _settle notices
            is_sent = stream.flush()
        if is_sent and stream.is_over and stream.keeps_connection:
            self._give_back(stream)  # nothing is left to do for the thread of the streams
        else:
            self._call(partial(self._settle, stream))

    def _wait_for_news(self, stream: Stream) -> None:
        self._states[stream] = State.WAITING
        stream.since = time.monotonic()
        wait = stream.wait
        if wait is None:  # its outbox was full
            self._set_due(stream, stream.since)
            return
        self._set_due(stream, stream.since + wait.most)
        wait.signal.listener = partial(self._call, partial(self._take_news, stream))
        if wait.signal.is_set:
            self._take_news(stream)

    def _take_news(self, stream: Stream) -> None:
        wait = stream.wait
        if self._states.get(stream) is not State.WAITING or wait is None or not wait.signal.is_set:
            return
        rest = 0.0 if wait.signal.is_urgent else wait.least
        self._set_due(stream, stream.since + min(rest, wait.most))

    def _set_due(self, stream: Stream, due: float) -> None:
        self._due[stream] = due
        heapq.heappush(self._timetable, (due, next(self._order), stream))

    def _wait_to_send(self, stream: Stream) -> None:
        self._states[stream] = State.SENDING
        self._set_due(stream, time.monotonic() + self._unread)
        self._watch(stream, selectors.EVENT_WRITE, self._send)

    def _send(self, stream: Stream) -> None:
        self._selector.unregister(stream.socket)
        del self._due[stream]
        self._settle(stream)

    # --- its end ---

    def _end(self, stream: Stream) -> None:
        if stream.keeps_connection:
            self._give_back(stream)
            return
        try:
            stream.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self._give_back(stream)
            return
        self._states[stream] = State.LEAVING
        self._set_due(stream, time.monotonic() + LINGER)
        self._watch(stream, selectors.EVENT_READ, self._read)

    def _read(self, stream: Stream) -> None:
        """Read from a client that should close its connection."""
        with contextlib.suppress(OSError):
            if stream.socket.recv(READ_SIZE):
                return
        self._give_back(stream)

    def _drop(self, stream: Stream) -> None:
        """End a stream before its time."""
        stream.keeps_connection = False
        self._pool.submit(self._close, stream)
        self._give_back(stream)

    def _watch(self, stream: Stream, events: int, then: Callable[[Stream], None]) -> None:
        self._selector.register(stream.socket, events, partial(then, stream))

    def _give_back(self, stream: Stream) -> None:
        if self._states.pop(stream, None) in {State.SENDING, State.LEAVING}:
            with contextlib.suppress(KeyError):
                self._selector.unregister(stream.socket)
        self._due.pop(stream, None)
        stream.wait = None
        if not stream.keeps_connection:
            # Else gunicorn would wait for the client in its accepting thread.
            with contextlib.suppress(OSError):
                stream.socket.shutdown(socket.SHUT_RDWR)
        self._done(stream)
