"""The folder of all seats, and what servers that were killed have left of theirs.

A server that lives holds a lock on its folder. Who starts removes the folders that nobody holds:
where the launcher was killed with its server, nobody else would.
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
"""Where the FIFOs of runs are, if it is there: on a disk their making and removing takes longer
than the forks of a run, most of it in the file system's own bookkeeping. What multiprocessing
shares by name is there in any case."""

PREFIX = "movazi-runs-"

PASSED_THROUGH, USED = 0o2710, 0o2770
"""What the group of the user that runs go under may do in a folder: open what it knows the name of,
or everything."""

YOUNG = 60.0
"""Seconds: one that was made since may not have its lock yet."""


class RunFolder:
    """The folder of a server's seats, with a spare one on the disk for when memory is full."""

    def __init__(self, user: RunUser | None) -> None:
        """Make it, in memory where that can be, and remove those of the dead. Raises OSError."""
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
        """Remove all of it, and release the locks."""
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
    """Let the user that runs go under have what it needs of ours."""
    if user is not None:
        user.share(path, mode)


def remove_shared(seat: str) -> None:
    """Remove what a run in the seat of that name has left in shared memory: see recorder.memory."""
    own = (f"sem.mp-{seat}-", f"psm_{seat}_")
    for name in os.listdir(MEMORY_FOLDER):  # noqa: PTH208  (each run pays for this)
        if name.startswith(own):
            (MEMORY_FOLDER / name).unlink(missing_ok=True)


def _remove_if_dead(folder: Path) -> None:
    # It may be another user's, or be removed at this moment.
    with contextlib.suppress(OSError):
        status = folder.stat()
        if status.st_uid != os.geteuid() or time.time() - status.st_mtime < YOUNG:
            return
        lock = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # BlockingIOError: its server lives
            for seat in folder.iterdir():
                remove_shared(seat.name)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)
