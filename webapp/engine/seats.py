"""Seats: supervisors forked ahead, each for one run at a time, so that a run waits for no fork.

A seat is a supervisor and a folder with its FIFOs (see `wire`). It is reused after its run if the
run left it as it was. Only the engine's thread uses seats.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import select
import selectors
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from webapp.engine import wire
from webapp.engine.run_folder import PASSED_THROUGH, USED, RunFolder, share
from webapp.engine.run_user import RunUser

READ_SIZE = 1 << 18
FIFO_SIZE, WIDE_FIFO_SIZE = 1 << 16, 1 << 20
"""Capacity of a FIFO in bytes: by default, and after widening, for a program that reports faster
than we read (see pipe(7)). A user's FIFOs share a limit, so only full ones are widened."""

UNUSED = 2.0
"""Seconds after which a free seat is removed, if there is another one."""

RETRY = 2.0
"""Seconds between two attempts to make a seat when there is no room for it."""


class Seat:
    """A supervisor for one run at a time, with the observer or without, and its FIFOs."""

    def __init__(self, folder: Path, *, observe: bool) -> None:
        self.folder = folder
        self.name = str(folder)
        self.observe = observe
        self.free_since = 0.0  # time.monotonic()
        self.is_ready = False  # the main process of its next run is forked
        self.descriptors: dict[str, int] = {}  # of its FIFOs, by name; empty once closed

    def furnish(self, user: RunUser | None) -> None:
        """Make the FIFOs and the run's working folder, for `user`. Raises OSError."""
        share(self.folder, PASSED_THROUGH, user)
        work = self.folder / "work"
        work.mkdir()
        share(work, USED, user)
        for name in wire.FIFOS:
            path = self.folder / name
            os.mkfifo(path)
            share(path, 0o660, user)
            # Open for reading and writing: a FIFO then ends for the other side only when we end.
            fifo = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
            self.descriptors[name] = fifo

    def read(self, output: str) -> bytes:
        """Read what is in the FIFO of that name; b"" if it is empty or the seat is closed."""
        fifo = self.descriptors.get(output)
        if fifo is None:
            return b""  # closed while the selector's other results were handled
        try:
            data = os.read(fifo, READ_SIZE)
        except BlockingIOError:
            return b""
        if output == "events" and len(data) >= FIFO_SIZE:
            _widen(fifo)
        return data

    def write(self, input: str, line: bytes) -> None:
        """Write a line to the FIFO of that name, for the supervisor or the main process."""
        os.write(self.descriptors[input], line)

    def make_ready(self) -> None:
        """Let the supervisor fork the main process of the next run now."""
        self.write("terms", wire.READY)
        self.is_ready = True

    def has_unread(self) -> bool:
        """Return whether a run has written what is not read yet."""
        return self._holds(wire.OUTPUTS)

    def is_empty(self) -> bool:
        """Return whether all FIFOs are empty, outputs and inputs."""
        return not self._holds(wire.FIFOS)

    def close(self) -> None:
        """Close the FIFOs; a supervisor that waits for a run then ends."""
        for fifo in self.descriptors.values():
            os.close(fifo)
        self.descriptors.clear()

    def _holds(self, names: Iterable[str]) -> bool:
        poll = select.poll()
        for name in names:
            poll.register(self.descriptors[name], select.POLLIN)
        return bool(poll.poll(0))


class Seats:
    """All seats, and the free ones among them."""

    def __init__(
        self,
        folder: RunFolder,
        user: RunUser | None,
        resources: Mapping[str, int],
        selector: selectors.BaseSelector,
        *,
        tell: Callable[[wire.Prepare], None],
        take: Callable[[Seat, str], None],
    ) -> None:
        """`resources` are the limits of each run's processes (see `Limits.resources`). `tell` sends
        a message to the launcher; `take` is called with a seat and the name of an output when
        `selector` finds that it can be read."""
        self._folder = folder
        self._user = user
        self._resources = dict(resources)
        self._selector = selector
        self._tell = tell
        self._take = take
        self._seats: dict[str, Seat] = {}
        self._refill_at = 0.0
        self.free: list[Seat] = []  # the one used last is at the end

    @property
    def names(self) -> list[str]:
        """The names of all seats."""
        return [*self._seats]

    def find(self, name: str) -> Seat | None:
        """Return the seat of that name; None if it is removed."""
        return self._seats.get(name)

    def get(self, *, observe: bool) -> Seat:
        """Return a seat for a run: a free one, or a new one. Raises OSError.

        Runs without the observer are rare: their seats are made on demand and not reused.
        """
        seat = self.free.pop() if observe and self.free else self._prepare(observe=observe)
        seat.is_ready = False
        return seat

    def take_back(self, seat: Seat, *, remove: bool) -> None:
        """Free a seat that its run left unchanged. If it cannot be reused, close it."""
        if seat.observe and seat.is_empty():
            self._set_free(seat)
        else:
            self.give_up(seat, remove=remove)

    @property
    def is_settled(self) -> bool:
        """Whether there is exactly one free seat, and it is ready."""
        return len(self.free) == 1 and self.free[0].is_ready

    def is_to_refill(self) -> bool:
        """Return whether no free seat is ready, and RETRY has passed since a failed attempt."""
        ready = self.free and self.free[-1].is_ready
        return not ready and time.monotonic() >= self._refill_at

    def refill(self) -> None:
        """Make a free seat ready. Raises OSError; call again after RETRY then."""
        self._refill_at = time.monotonic() + RETRY
        if not self.free:
            self._set_free(self._prepare(observe=True))
        self.free[-1].make_ready()
        self._refill_at = 0.0

    def thin_out(self, now: float) -> None:
        """Give up free seats that are UNUSED, except the last one. `now`: time.monotonic()."""
        for seat in self.free[:-1]:
            if now - seat.free_since > UNUSED:
                self.give_up(seat, remove=True)

    def give_up(self, seat: Seat, *, remove: bool) -> None:
        """Close a seat, so that its waiting supervisor ends; with `remove`, remove its folder."""
        if seat in self.free:
            self.free.remove(seat)
        self._seats.pop(seat.name, None)
        for name in wire.OUTPUTS:
            if name in seat.descriptors:
                self._selector.unregister(seat.descriptors[name])
        seat.close()
        if remove:
            shutil.rmtree(seat.folder, ignore_errors=True)

    def _set_free(self, seat: Seat) -> None:
        seat.free_since = time.monotonic()
        self.free.append(seat)

    def _prepare(self, *, observe: bool) -> Seat:
        """Make a folder with FIFOs, and let the launcher fork its supervisor. Raises OSError."""
        try:
            seat = self._furnish(self._folder.path, observe=observe)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            seat = self._furnish(self._folder.spare, observe=observe)
        for name in wire.OUTPUTS:
            take = partial(self._take, seat, name)
            self._selector.register(seat.descriptors[name], selectors.EVENT_READ, take)
        self._seats[seat.name] = seat
        self._tell(wire.Prepare(seat.name, observe, self._resources))
        return seat

    def _furnish(self, folder: Path, *, observe: bool) -> Seat:
        seat = Seat(Path(tempfile.mkdtemp(prefix="", dir=folder)), observe=observe)
        try:
            seat.furnish(self._user)
        except OSError:
            seat.close()
            shutil.rmtree(seat.folder, ignore_errors=True)
            raise
        return seat


def _widen(fifo: int) -> None:
    """Increase the capacity of a FIFO, so that its program does not wait for us."""
    with contextlib.suppress(PermissionError):  # the user's limit for all FIFOs is reached
        if fcntl.fcntl(fifo, fcntl.F_GETPIPE_SZ) < WIDE_FIFO_SIZE:
            fcntl.fcntl(fifo, fcntl.F_SETPIPE_SZ, WIDE_FIFO_SIZE)
