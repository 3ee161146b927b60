"""Writes runs in one thread, up to GROUP of them in one transaction.

No other thread waits for a write longer than WAIT. While another program has the database locked,
runs wait in memory. Any other failure is raised at once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import islice
from threading import Condition, Thread

from sqlalchemy import text

from webapp.store.database import Database, transaction
from webapp.store.errors import Locked, StoreError
from webapp.store.runs import StoredRun, add, row_of
from webapp.store.tables import VERSION_TABLE, runs, sources

WAIT = 1.0
"""Seconds that a caller waits for its run to be written."""

GROUP = 100
"""The most runs that are written in one transaction."""

MOST = 2000
"""The most runs that may wait; each has at most 44 kB."""

PAUSE = 0.1
"""Seconds between two attempts at a locked database. Each attempt also waits for the lock."""

RETRY_PRUNING = 60.0
"""Seconds until pruning is tried again after an unexpected error."""

CLOSING = 3.0
"""Seconds to write the waiting runs when the writer is closed."""

CHECK = "check"
"""The key of the job that only checks whether the database can be written."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A run to write, or a check if there is none."""

    run: StoredRun | None = None
    row: dict[str, object] = field(default_factory=dict)
    since: float = field(default_factory=time.monotonic)
    done: Future[None] = field(default_factory=Future)


class Writer:
    """The only thread that writes to a database. It starts with the first job."""

    def __init__(self, database: Database, prune: Callable[[], float]) -> None:
        """`prune` returns the seconds until it is to be called again."""
        self._engine = database.writer
        self._prune = prune
        self._prune_at = time.monotonic()
        self._jobs: dict[str, Job] = {}  # by the run's id, the oldest first
        self._changed = Condition()
        self._thread: Thread | None = None
        self._give_up_at = float("inf")  # time.monotonic()

    def save(self, run: StoredRun) -> bool:
        """Write a run. Return False if it is written later. Raises StoreError."""
        job, is_late = self._add(run.id, Job(run, row_of(run)))
        try:
            job.done.result(0 if is_late else WAIT)
        except TimeoutError:
            job.done.add_done_callback(lambda done: _log_failure(run.id, done))
            return False
        return True

    def check(self) -> None:
        """Check that the database can be written: write what it already has. Raises StoreError."""
        job, is_late = self._add(CHECK, Job())
        try:
            job.done.result(0 if is_late else WAIT)
        except TimeoutError:
            raise Locked("The database of runs takes no writes: it is locked, or slow.") from None

    def waiting(self, id: str) -> StoredRun | None:
        """Return a run that waits to be written, or None."""
        job = self._jobs.get(id)
        return job.run if job else None

    def close(self) -> None:
        """Write the waiting runs, and end. Runs that cannot be written are logged."""
        with self._changed:
            self._give_up_at = time.monotonic() + CLOSING
            self._changed.notify()
        if self._thread:
            self._thread.join(CLOSING)
        for id in [*self._jobs]:
            log.error("the run %s could not be stored before the end", id)

    def _add(self, id: str, job: Job) -> tuple[Job, bool]:
        """Queue a job, unless its id has one. Return the id's job, and if the writer is late."""
        with self._changed:
            if len(self._jobs) >= MOST:
                raise StoreError(f"More than {MOST} runs wait to be stored.")
            job = self._jobs.setdefault(id, job)
            first = next(iter(self._jobs.values()))
            if self._thread is None:
                self._thread = Thread(target=self._work, name="store", daemon=True)
                self._thread.start()
            self._changed.notify()
        return job, time.monotonic() - first.since > WAIT

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._jobs or self._is_closing,
                    max(0, self._prune_at - time.monotonic()),
                )
                group = dict(islice(self._jobs.items(), GROUP))
            if self._is_closing and (not group or time.monotonic() > self._give_up_at):
                return
            if group and not self._write_all(group):
                time.sleep(PAUSE)
            if time.monotonic() >= self._prune_at and not self._is_closing:
                self._prune_at = time.monotonic() + self._prune_some()

    @property
    def _is_closing(self) -> bool:
        return self._give_up_at < float("inf")

    def _prune_some(self) -> float:
        """Prune a few runs. Return the seconds until the next time, whatever goes wrong."""
        try:
            return self._prune()
        except Exception:  # without this thread no run would be stored any more
            log.exception("old runs cannot be pruned")
            return RETRY_PRUNING

    def _write_all(self, group: dict[str, Job]) -> bool:
        """Write jobs together, or one by one if that fails.

        Return False if the database is locked.
        """
        try:
            self._write([*group.values()])
        except Locked:
            return False
        except Exception as error:  # the next run may succeed
            if len(group) > 1:
                return min([self._write_all({id: job}) for id, job in group.items()])
            self._finish(group, error)
        else:
            self._finish(group)
        return True

    def _write(self, jobs: Sequence[Job]) -> None:
        with transaction(self._engine) as connection:
            # A connection belongs to one file, even if the file was replaced.
            known: set[object] = connection.info.setdefault("sources", set())
            texts = {sha: job.run.source for job in jobs if job.run and (sha := job.row["source"])}
            new = {sha: text for sha, text in texts.items() if sha not in known}
            if new:
                add(connection, sources, *({"sha256": sha, "text": new[sha]} for sha in new))
            if rows := [job.row for job in jobs if job.run]:
                add(connection, runs, *rows)
            else:
                query = f"UPDATE {VERSION_TABLE} SET version_num = version_num"
                connection.execute(text(query))
        known.update(new)

    def _finish(self, group: dict[str, Job], error: Exception | None = None) -> None:
        with self._changed:
            for id in group:
                del self._jobs[id]
        for job in group.values():
            if error:
                job.done.set_exception(error)
            else:
                job.done.set_result(None)


def _log_failure(id: str, done: Future[None]) -> None:
    if error := done.exception():
        log.error("the run %s could not be stored: %s", id, error)
