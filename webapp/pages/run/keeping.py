"""Stores a run when it ends, before its result is rendered."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from webapp.engine import runner
from webapp.engine.recording import Recording
from webapp.pages.site.site import Run, Site
from webapp.store.errors import StoreError
from webapp.store.runs import StoredRun, sha256
from webapp.streaming import SLOW, Signal, Step, Wait

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ended:
    """An ended run with its record. `kept` is False if it could not be stored."""

    run: Run
    recording: Recording
    kept: bool


def follow_to_end(site: Site, run: Run) -> Generator[Wait | Step, None, Ended]:
    """Yield what a stream waits for until a run is over, whatever it prints; then store the run.

    Raises Interrupted, Unreachable, and RuntimeError as `keep_ended` does.
    """
    signal = Signal()
    with closing(site.runner.follow(run.id, changed=signal.set)) as batches:
        for _ in batches:
            yield Wait(signal, least=runner.HEARTBEAT_SECONDS)  # the end is urgent
    yield SLOW
    return keep_ended(site, run)


def keep_ended(site: Site, run: Run) -> Ended:
    """Store a run that was followed to its end, and return it with its record.

    Raises RuntimeError if the runner has no record of it.
    """
    recording = site.runner.recording(run.id)
    if recording is None:
        raise RuntimeError(f"the run {run.id} was followed to its end and has no record")
    return Ended(run, recording, keep(site, run, recording))


def keep(site: Site, run: Run, recording: Recording) -> bool:
    """Store an ended run. Return False, and log the reason, if that fails."""
    log.info("a run is over", extra=_log_fields(run, recording))
    try:
        site.store.save(_stored(run, recording))
    except Exception as error:  # whatever the error is, the run can still be shown
        expected = isinstance(error, StoreError)
        message = "the run %s of %s could not be kept: %s"
        log.error(message, run.id, run.demo.path, error, exc_info=not expected)
        return False
    return True


def _log_fields(run: Run, recording: Recording) -> dict[str, object]:
    return {
        "run": run.id,
        "demo": run.topic.name_of(run.demo),
        "outcome": recording.outcome.value,
        "seconds": round(recording.wall, 3),
    }


def _stored(run: Run, recording: Recording) -> StoredRun:
    ran, source = recording.receipt.source_sha256, run.demo.source
    # A run without a hash ended before it read its file.
    if ran and ran != sha256(source):
        raise StoreError("Its file was changed after the server had read it.")
    return StoredRun(
        id=run.id,
        topic=run.topic.slug,
        demo=run.demo.slug,
        values=run.values,
        transcript_only=run.transcript_only,
        source=source,
        recording=recording,
        stored_at=datetime.now(UTC),
    )
