"""A run that is over is kept: its record is stored, and then what was kept is drawn."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from webapp.engine.recording import Recording
from webapp.pages.site.site import Run, Site
from webapp.store.errors import StoreError
from webapp.store.runs import StoredRun

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ended:
    """A run that is over, with its record. It may not have been possible to keep it."""

    run: Run
    recording: Recording
    kept: bool


def keep_ended(site: Site, run: Run) -> Ended:
    """Take the record of a run that was followed to its end, and keep it.

    Raises RuntimeError where the runner has no record of it.
    """
    recording = site.runner.recording(run.id)
    if recording is None:
        raise RuntimeError(f"the run {run.id} was followed to its end and has no record")
    return Ended(run, recording, keep(site, run, recording))


def keep(site: Site, run: Run, recording: Recording) -> bool:
    """Store a run that is over; False, and a line in the log, where that cannot be done."""
    log.info("a run is over", extra=_told(run, recording))
    try:
        site.store.save(_stored(run, recording))
    except Exception as error:  # whatever it is, the run itself is there to be shown
        expected = isinstance(error, StoreError)
        told = "the run %s of %s could not be kept: %s"
        log.error(told, run.id, run.demo.path, error, exc_info=not expected)
        return False
    return True


def _told(run: Run, recording: Recording) -> dict[str, object]:
    """What the log says of a run."""
    return {
        "run": run.id,
        "demo": run.topic.name_of(run.demo),
        "outcome": recording.outcome.value,
        "seconds": round(recording.wall, 3),
    }


def _stored(run: Run, recording: Recording) -> StoredRun:
    ran, source = recording.receipt.source_sha256, run.demo.source
    # A run without a hash never came to reading its file.
    if ran and ran != hashlib.sha256(source.encode()).hexdigest():
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
