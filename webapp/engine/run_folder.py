"""The folder of all slots, and the removal of folders that killed servers have left.

A running server holds a lock on its folder. A server that starts removes the folders that are not
locked: they remain if a launcher was killed together with its server.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

from webapp.engine.run_user import RunUser

MEMORY_FOLDER = Path("/dev/shm")
"""Folder of the FIFOs, if it exists: on a disk, making and removing them takes longer than the
forks of a run. The named semaphores and shared memory of multiprocessing are always there."""

PREFIX = "movazi-runs-"

PASSED_THROUGH, USED = 0o2710, 0o2770
"""Modes of a folder for the group of the runs' user: it may open files whose names it knows, or may
do everything."""

YOUNG = 60.0
"""Seconds: a folder younger than this may not be locked yet, and is left alone."""


class RunFolder:
    """The folder of a server's slots, with a spare one on the disk for when memory is full."""

    def __init__(self, user: RunUser | None) -> None:
        """Make and lock it, in memory if possible; remove those of killed servers. Raises OSError.

        The runs' `user` gets access; None: runs use our own user.
        """
        self._user = user
        self._locks: dict[Path, int] = {}
        self._spare: Path | None = None
        disk = Path(tempfile.gettempdir())
        for place in {MEMORY_FOLDER, disk}:
            for folder in place.glob(f"{PREFIX}*"):
                _remove_if_dead(folder)
        in_memory = os.access(MEMORY_FOLDER, os.W_OK | os.X_OK)
        self.path = self._make(MEMORY_FOLDER if in_memory else disk)

    @property
    def spare(self) -> Path:
        """The folder on the disk; it is made when it is first asked for. Raises OSError."""
        if self._spare is None:
            self._spare = self._make(Path(tempfile.gettempdir()))
        return self._spare

    def remove(self) -> None:
        """Remove both folders, and release their locks."""
        for folder, lock in self._locks.items():
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)

    def _make(self, place: Path) -> Path:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
        lock = self._locks[folder] = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        fcntl.flock(lock, fcntl.LOCK_EX)
        share(folder, PASSED_THROUGH, self._user)
        return folder


def share(path: Path, mode: int, user: RunUser | None) -> None:
    """Give the runs' user, if there is one, access to a file or folder with that mode."""
    if user is not None:
        user.share(path, mode)


def remove_shared(slot: str) -> None:
    """Remove the shared memory and semaphores of a run in that slot (see recorder.memory)."""
    own = (f"sem.mp-{slot}-", f"psm_{slot}_")
    with contextlib.suppress(FileNotFoundError):  # a container may have no such folder
        for name in os.listdir(MEMORY_FOLDER):  # noqa: PTH208  (each run pays for this)
            if name.startswith(own):
                (MEMORY_FOLDER / name).unlink(missing_ok=True)


def _remove_if_dead(folder: Path) -> None:
    # It may be another user's, or another server may be removing it.
    with contextlib.suppress(OSError):
        status = folder.stat()
        if status.st_uid != os.geteuid() or time.time() - status.st_mtime < YOUNG:
            return
        lock = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # BlockingIOError: its server lives
            for slot in folder.iterdir():
                remove_shared(slot.name)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)
