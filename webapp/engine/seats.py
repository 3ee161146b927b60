"""Seats: places for one run at a time, prepared ahead, so that a run that begins waits for no fork.

A seat is a folder with FIFOs (see `wire`) and a supervisor that waits in it. It is used again when
its run is over, if the run left it as it was. All of it belongs to the engine's thread alone.
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
"""Bytes that a FIFO holds: as it is made, and at most, for a program that reports faster than we
read (see pipe(7)). All FIFOs of a user share a limit, so only those are widened that need it."""

UNUSED = 2.0
"""Seconds after which a free seat is given up, if there is another one."""

RETRY = 2.0
"""Seconds until a seat is tried again where there was no room for it."""


class Seat:
    """A place for one run at a time, with the observer or without."""

    def __init__(self, folder: Path, *, observe: bool) -> None:
        self.folder = folder
        self.name = str(folder)
        self.observe = observe
        self.free_since = 0.0  # time.monotonic(), of one that is free
        self.is_ready = False
        self.descriptors: dict[str, int] = {}  # of its FIFOs; none once it is given up

    def furnish(self, user: RunUser | None) -> None:
        """Make the FIFOs, and the folder that the run works in. Raises OSError."""
        share(self.folder, PASSED_THROUGH, user)
        work = self.folder / "work"
        work.mkdir()
        share(work, USED, user)
        for name in wire.FIFOS:
            path = self.folder / name
            os.mkfifo(path)
            share(path, 0o660, user)
            # For both, though we do one: so that a FIFO has no end while we live, and one when we
            # do not.
            fifo = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
            self.descriptors[name] = fifo

    def read(self, output: str) -> bytes:
        """Read what there is in the FIFO of that name: nothing where the seat is given up."""
        fifo = self.descriptors.get(output)
        if fifo is None:
            return b""  # given up by another descriptor's turn
        try:
            data = os.read(fifo, READ_SIZE)
        except BlockingIOError:
            return b""
        if output == "events" and len(data) >= FIFO_SIZE:
            _widen(fifo)
        return data

    def write(self, input: str, line: bytes) -> None:
        """Write a line for the supervisor or the program that waits here."""
        os.write(self.descriptors[input], line)

    def make_ready(self) -> None:
        """Have the process of the next run forked now."""
        self.write("terms", wire.READY)
        self.is_ready = True

    def has_unread(self) -> bool:
        """Whether a run has reported or printed what is not read yet."""
        return self._holds(wire.OUTPUTS)

    def is_empty(self) -> bool:
        """Whether nothing is left in any FIFO, of the run or for it."""
        return not self._holds(wire.FIFOS)

    def close(self) -> None:
        """Close the FIFOs, which ends a supervisor that waits for a run."""
        for fifo in self.descriptors.values():
            os.close(fifo)
        self.descriptors.clear()

    def _holds(self, names: Iterable[str]) -> bool:
        poll = select.poll()
        for name in names:
            poll.register(self.descriptors[name], select.POLLIN)
        return bool(poll.poll(0))


class Seats:
    """The seats that there are, and those that are free for the next runs."""

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
        """`tell` has the launcher prepare a seat; `take` is called when `selector` finds that an
        output of a seat, named by `wire.OUTPUTS`, can be read."""
        self._folder = folder
        self._user = user
        self._resources = dict(resources)
        self._selector = selector
        self._tell = tell
        self._take = take
        self._seats: dict[str, Seat] = {}
        self._refill_at = 0.0
        self.free: list[Seat] = []  # the one that was used last at the end

    @property
    def names(self) -> list[str]:
        """The names of all seats."""
        return [*self._seats]

    def find(self, name: str) -> Seat | None:
        """The seat of that name, if it is not given up."""
        return self._seats.get(name)

    def get(self, *, observe: bool) -> Seat:
        """Give a seat to a run: a free one, if it fits. Raises OSError.

        One without the observer is seldom asked for: it is made then, and given up afterwards.
        """
        seat = self.free.pop() if observe and self.free else self._prepare(observe=observe)
        seat.is_ready = False
        return seat

    def take_back(self, seat: Seat, *, remove: bool) -> None:
        """Use a seat again whose run is over and left it as it was, or else give it up."""
        if seat.observe and seat.is_empty():
            self._set_free(seat)
        else:
            self.give_up(seat, remove=remove)

    @property
    def is_settled(self) -> bool:
        """Whether there is one free seat, and it is ready."""
        return len(self.free) == 1 and self.free[0].is_ready

    def is_to_refill(self) -> bool:
        """Whether no free seat is ready, and one may be tried for."""
        ready = self.free and self.free[-1].is_ready
        return not ready and time.monotonic() >= self._refill_at

    def refill(self) -> None:
        """Make a free seat ready. Raises OSError; it may be tried again after RETRY then."""
        self._refill_at = time.monotonic() + RETRY
        if not self.free:
            self._set_free(self._prepare(observe=True))
        self.free[-1].make_ready()
        self._refill_at = 0.0

    def thin_out(self, now: float) -> None:
        """Give up the free seats that were not used for long, but for the last one."""
        for seat in self.free[:-1]:
            if now - seat.free_since > UNUSED:
                self.give_up(seat, remove=True)

    def give_up(self, seat: Seat, *, remove: bool) -> None:
        """Close a seat, which ends a supervisor that waits in it, and `remove` its folder."""
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
        """Make a folder with FIFOs, and have a supervisor wait in it. Raises OSError."""
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
    """Have a FIFO that was full hold more, so that its program does not wait for us."""
    with contextlib.suppress(PermissionError):  # the user's FIFOs hold as much as they may
        if fcntl.fcntl(fifo, fcntl.F_GETPIPE_SZ) < WIDE_FIFO_SIZE:
            fcntl.fcntl(fifo, fcntl.F_SETPIPE_SZ, WIDE_FIFO_SIZE)
