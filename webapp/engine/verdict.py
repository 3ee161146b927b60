"""Decides how a run ended, its outcome and detail, from its supervisor's report."""

from __future__ import annotations

import signal
from collections.abc import Sequence

from webapp.engine import deadlock
from webapp.engine.events import Event
from webapp.engine.limits import MB, Limits
from webapp.engine.recording import Outcome, Wait
from webapp.engine.schedules import describe_halt
from webapp.engine.wire import Over


def judge(
    over: Over, stopped_as: Outcome | None, detail: str, limits: Limits
) -> tuple[Outcome, str]:
    """Return the outcome and the detail of a run that is over.

    `stopped_as` is the outcome that the engine stopped it with, or None; `detail` is the reason.
    """
    if stopped_as is Outcome.FAILED:
        return Outcome.FAILED, detail  # even if it ended by itself before the request came
    if over.by == "deadline":
        return Outcome.TIMED_OUT, f"{limits.soft_deadline:g} s"
    if over.by == "request":
        return stopped_as or Outcome.LOST, detail
    failure = _failure(over, limits)
    return Outcome.FAILED if failure else Outcome.FINISHED, failure


def judge_halt(events: Sequence[Event], halt: Event) -> tuple[Outcome, str, tuple[Wait, ...]]:
    """Return the outcome, detail and cycle of a directed run whose scheduler has ended it."""
    if halt.object == "choose":
        return Outcome.CANCELLED, "", ()
    if halt.object != "deadlock":
        return Outcome.FAILED, describe_halt(halt.object, halt.text, halt.worker), ()
    cycle = deadlock.waits_of(events)
    return Outcome.DEADLOCKED, deadlock.describe(cycle) if cycle else "", cycle


def printed_too_much(limits: Limits) -> str:
    """Return the detail of a run that was ended because it printed too much."""
    return f"more than {(limits.output or 0) / MB:g} MB printed"


def _failure(over: Over, limits: Limits) -> str:
    if over.by == "processes":
        return f"more than {limits.processes} processes and threads"
    if over.by == "processor":
        return f"more than {limits.cpu} s of processor time"
    return _exit(over.code) if over.code else ""


def _exit(code: int) -> str:
    if code < 0:
        return f"{signal.Signals(-code).name}"
    return f"exit code {code}"
