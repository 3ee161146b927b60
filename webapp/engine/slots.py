"""Slots: supervisors forked ahead, each for one run at a time, so that a run waits for no fork.

A slot is a supervisor and a folder with its FIFOs (see `wire`). It is reused after its run if the
run left it as it was. Only the engine's thread uses slots.
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
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from webapp.engine import wire
from webapp.engine.run_folder import PASSED_THROUGH, USED, RunFolder, share
from webapp.engine.run_user import RunUser
from webapp.engine.told import OUTLETS, READING, READS, READS_OF, TOLD, UNTOLD
from webapp.engine.unread import unread

READ_SIZE = 1 << 18
"""Bytes of the longest read. Most find little, and are made with a small buffer: the C library maps
one of 128 KiB or more into memory for each read, in 15 µs (see mallopt(3), M_MMAP_THRESHOLD)."""

FIFO_SIZE, WIDE_FIFO_SIZE = 1 << 16, 1 << 20
"""Capacity of a FIFO in bytes: by default, and after widening, for a program that reports faster
than we read (see pipe(7)). A user's FIFOs share a limit, so only full ones are widened."""

UNUSED = 2.0
"""Seconds after which a free slot is removed, if there is another one."""

RETRY = 2.0
"""Seconds until another slot is made if there is no room for one, or its supervisor has ended."""


class Slot:
    """A supervisor for one run at a time, with the observer or without, and its FIFOs."""

    def __init__(self, folder: Path, selector: selectors.BaseSelector, *, observe: bool) -> None:
        self.folder = folder
        self._selector = selector
        self.name = str(folder)
        self.observe = observe
        self.free_since = 0.0  # time.monotonic()
        self.is_ready = False  # the main process of its next run is forked
        self.descriptors: dict[str, int] = {}  # of its FIFOs, by name; empty once closed
        self._told = bytearray(UNTOLD)

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
        told = self.folder / TOLD
        told.write_bytes(UNTOLD)
        share(told, 0o640, user)

    def unread(self, output: str) -> int:
        """Return the number of bytes in the FIFO of that name; 0 if the slot is closed."""
        fifo = self.descriptors.get(output)
        return 0 if fifo is None else unread(fifo)

    def read(self, output: str, size: int = READ_SIZE) -> bytes:
        """Read what is in the FIFO of that name; b"" if it is empty or the slot is closed."""
        fifo = self.descriptors.get(output)
        if fifo is None:
            return b""  # closed while the selector's other results were handled
        data = _read(fifo, min(size, FIFO_SIZE))
        if len(data) == FIFO_SIZE:
            if output == "events":
                _widen(fifo)
            data += _read(fifo, size - FIFO_SIZE)
        return data

    def write(self, input: str, line: bytes) -> None:
        """Write a line to the FIFO of that name, for the supervisor or the main process."""
        os.write(self.descriptors[input], line)

    def tell(self, place: int, value: int = 1) -> None:
        """Tell the processes of the run something (see `told`)."""
        if self._told[place] != value:
            self._told[place] = value
            self._write_told()

    def count_read(self) -> None:
        """Tell the run that the FIFO of one of its streams was read once more."""
        self.tell(READS, (self._told[READS] + 1) % READS_OF)

    def lose(self, stream: str, error: int) -> None:
        """Tell the run which error its stream has met; close it, so that other programs meet one.

        This is a broken pipe for them in any case.
        """
        self.tell(OUTLETS[stream], error)
        if fifo := self.descriptors.pop(stream, None):
            self._selector.unregister(fifo)
            os.close(fifo)

    @contextlib.contextmanager
    def saying_so(self) -> Iterator[None]:
        """Tell the run meanwhile that what it reports is being read."""
        self.tell(READING)
        try:
            yield
        finally:
            self.tell(READING, 0)

    def begin_anew(self) -> None:
        """Tell nothing any more."""
        if any(self._told):
            self._told[:] = UNTOLD
            self._write_told()

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

    def _write_told(self) -> None:
        with (self.folder / TOLD).open("r+b") as file:
            file.write(self._told)

    def _holds(self, names: Iterable[str]) -> bool:
        poll = select.poll()
        for name in names:
            if name in self.descriptors:
                poll.register(self.descriptors[name], select.POLLIN)
        return bool(poll.poll(0))


class Slots:
    """All slots, and the free ones among them."""

    def __init__(
        self,
        folder: RunFolder,
        user: RunUser | None,
        resources: Mapping[str, int],
        work: Path | None,
        selector: selectors.BaseSelector,
        *,
        ahead: bool,
        tell: Callable[[wire.Prepare], None],
        take: Callable[[Slot, str], None],
    ) -> None:
        """`resources` are the limits of each run's processes (see `Limits.resources`), and `work`
        is that of `wire.Prepare`. Without `ahead` no slot is made ready before there is a run for
        it, but for the first. `tell` sends a message to the launcher; `take` is called with a slot
        and the name of an output when `selector` finds that it can be read."""
        self._folder = folder
        self._user = user
        self._resources = dict(resources)
        self._work = None if work is None else str(work)
        self._selector = selector
        self._ahead = ahead
        self._tell = tell
        self._take = take
        self._slots: dict[str, Slot] = {}
        self._refill_at = 0.0
        self.free: list[Slot] = []  # the one used last is at the end

    @property
    def names(self) -> list[str]:
        """The names of all slots."""
        return [*self._slots]

    def find(self, name: str) -> Slot | None:
        """Return the slot of that name; None if it is removed."""
        return self._slots.get(name)

    def get(self, *, observe: bool) -> Slot:
        """Return a slot for a run: a free one, or a new one. Raises OSError.

        Runs without the observer are rare: their slots are made on demand and not reused.
        """
        slot = self.free.pop() if observe and self.free else self._prepare(observe=observe)
        slot.is_ready = False
        slot.begin_anew()
        return slot

    def take_back(self, slot: Slot, *, remove: bool) -> None:
        """Free a slot that its run left unchanged. If it cannot be reused, close it."""
        if slot.observe and slot.is_empty():
            self._set_free(slot)
        else:
            self.give_up(slot, remove=remove)

    @property
    def is_settled(self) -> bool:
        """Whether there is exactly one free slot, and it is ready."""
        return len(self.free) == 1 and self.free[0].is_ready

    def is_to_refill(self) -> bool:
        """Return whether a free slot must be made ready, RETRY after a failed attempt."""
        ready = self.free and self.free[-1].is_ready
        return self._ahead and not ready and time.monotonic() >= self._refill_at

    def refill(self) -> None:
        """Make a free slot ready. Raises OSError; call again after RETRY then."""
        self._refill_at = time.monotonic() + RETRY
        if not self.free:
            self._set_free(self._prepare(observe=True))
        self.free[-1].make_ready()
        self._refill_at = 0.0

    def thin_out(self, now: float) -> None:
        """Give up free slots that are UNUSED, except the last one. `now`: time.monotonic()."""
        for slot in self.free[:-1]:
            if now - slot.free_since > UNUSED:
                self.give_up(slot, remove=True)

    def give_up(self, slot: Slot, *, remove: bool) -> None:
        """Close a slot, so that its waiting supervisor ends; with `remove`, remove its folder."""
        if slot in self.free:
            self.free.remove(slot)
        self._slots.pop(slot.name, None)
        for name in wire.OUTPUTS:
            if name in slot.descriptors:
                self._selector.unregister(slot.descriptors[name])
        slot.close()
        if remove:
            shutil.rmtree(slot.folder, ignore_errors=True)

    def lose(self, slot: Slot, *, remove: bool) -> None:
        """Give up a free slot whose supervisor has ended; the next one may end as well."""
        self.give_up(slot, remove=remove)
        self._refill_at = time.monotonic() + RETRY

    def _set_free(self, slot: Slot) -> None:
        slot.free_since = time.monotonic()
        self.free.append(slot)

    def _prepare(self, *, observe: bool) -> Slot:
        """Make a folder with FIFOs, and let the launcher fork its supervisor. Raises OSError."""
        try:
            slot = self._furnish(self._folder.path, observe=observe)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            slot = self._furnish(self._folder.spare, observe=observe)
        for name in wire.OUTPUTS:
            take = partial(self._take, slot, name)
            self._selector.register(slot.descriptors[name], selectors.EVENT_READ, take)
        self._slots[slot.name] = slot
        self._tell(wire.Prepare(slot.name, observe, self._resources, self._work))
        return slot

    def _furnish(self, folder: Path, *, observe: bool) -> Slot:
        slot = Slot(Path(tempfile.mkdtemp(prefix="", dir=folder)), self._selector, observe=observe)
        try:
            slot.furnish(self._user)
        except OSError:
            slot.close()
            shutil.rmtree(slot.folder, ignore_errors=True)
            raise
        return slot


def _read(fifo: int, size: int) -> bytes:
    """Read at most so many bytes; b"" if the FIFO is empty."""
    try:
        return os.read(fifo, size)
    except BlockingIOError:
        return b""


def _widen(fifo: int) -> None:
    """Increase the capacity of a FIFO, so that its program does not wait for us."""
    with contextlib.suppress(PermissionError):  # the user's limit for all FIFOs is reached
        if fcntl.fcntl(fifo, fcntl.F_GETPIPE_SZ) < WIDE_FIFO_SIZE:
            fcntl.fcntl(fifo, fcntl.F_SETPIPE_SZ, WIDE_FIFO_SIZE)
