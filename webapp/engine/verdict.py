"""Decides how a run ended, its outcome and detail, from its supervisor's report."""

from __future__ import annotations

import signal

from webapp.engine.limits import MB, Limits
from webapp.engine.recording import Outcome
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
