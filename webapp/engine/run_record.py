"""Makes the recording of a run when it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.engine.events import Kind
from webapp.engine.machines import Machine
from webapp.engine.pressure import held_up
from webapp.engine.recording import Outcome, Receipt, Recording
from webapp.engine.wire import Over

if TYPE_CHECKING:
    from webapp.engine.live_run import LiveRun


def record_of(
    run: LiveRun, outcome: Outcome, detail: str, machine: Machine, over: Over | None
) -> Recording:
    """Return the recording of a run that is over. `over` is None if its supervisor was killed."""
    began = run.reports.began
    last = run.events[-1].time if run.events else 0
    return Recording(
        events=tuple(run.events),
        outcome=outcome,
        detail=detail,
        # The clock of a directed run is ahead by what it slept.
        wall=max((over.time - began.time) / 1e9 if over and began else 0.0, last / 1e6),
        cpu=over.cpu if over else 0.0,
        dropped=run.dropped,
        exit_code=over.code if over else None,
        swept=over.swept if over else 0,
        receipt=_receipt(run, machine),
        cut=run.cut,
        cycle=run.cycle if outcome is Outcome.DEADLOCKED else (),
        other_ends=run.other_ends,
        held_up=held_up(began.pressure, over.pressure, over.cpu) if over and began else 0.0,
    )


def _receipt(run: LiveRun, machine: Machine) -> Receipt:
    began = run.reports.began
    methods = (event.text for event in run.events if event.kind is Kind.STARTS and event.text)
    return Receipt(
        run=run.id,
        started_at=run.asked_at.isoformat(timespec="milliseconds"),
        pid=began.pid if began else 0,
        python=began.python if began else "",
        implementation=began.implementation if began else "",
        machine=machine.system,
        cores=machine.cores,
        start_methods=tuple(dict.fromkeys(methods)),
        source_sha256=began.sha256 if began else "",
        observed=run.observe,
        schedule=run.schedule,
        slow_motion=run.program.slow_motion,
        host=machine.name,
        free_threaded=bool(began and began.free_threaded),
    )
