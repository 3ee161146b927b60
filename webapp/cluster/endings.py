"""Recordings of runs that no engine finished."""

from __future__ import annotations

from collections.abc import Sequence

from webapp.cluster.records import Job
from webapp.engine.events import Event
from webapp.engine.machines import Machine
from webapp.engine.recording import Outcome, Receipt, Recording


def unfinished(
    job: Job,
    outcome: Outcome,
    detail: str = "",
    *,
    machine: Machine | None = None,
    events: Sequence[Event] = (),
) -> Recording:
    """Return the recording of a run that never began, or that was lost with its `machine`.

    `events` are those it reported until then.
    """
    last = events[-1] if events else None
    receipt = Receipt(
        run=job.id,
        started_at=job.asked_at,
        pid=events[0].pid if events else 0,
        python=machine.python if machine else "",
        implementation=machine.implementation if machine else "",
        machine=machine.system if machine else "",
        cores=machine.cores if machine else 0,
        start_methods=(),
        source_sha256=job.sha256 if events else "",
        observed=job.observe,
        slow_motion=job.slow_motion,
        host=machine.name if machine else "",
        free_threaded=bool(machine and not machine.gil),
    )
    return Recording(
        events=tuple(events),
        outcome=outcome,
        detail=detail,
        wall=last.time / 1e6 if last else 0.0,
        cpu=0.0,
        dropped=0,
        exit_code=None,
        swept=0,
        receipt=receipt,
    )
