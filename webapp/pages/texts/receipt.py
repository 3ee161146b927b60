"""A run's receipt as rows of a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from webapp.engine.recording import Recording
from webapp.pages.texts.wording import Wording


class Row(NamedTuple):
    """A name and its value. `code` values are always left-to-right."""

    name: str
    value: str
    code: bool = False


def draw_notes(say: Wording, recording: Recording) -> Iterator[str]:
    """Yield notes on processes that a run left behind, and on events missing from its record."""
    if recording.swept:
        yield say("result.swept", count=recording.swept)
    if recording.dropped:
        yield say("result.dropped", count=recording.dropped)


def draw_receipt(say: Wording, recording: Recording) -> Iterator[Row]:
    """Yield rows that say where, when and with what a run was made."""
    receipt = recording.receipt
    yield Row(say("receipt.run"), receipt.run, code=True)
    yield Row(say("receipt.started_at"), receipt.started_at, code=True)
    yield Row(say("receipt.pid"), str(receipt.pid), code=True)
    if recording.exit_code is not None:
        yield Row(say("receipt.exit_code"), str(recording.exit_code), code=True)
    yield Row(say("receipt.python"), receipt.interpreter, code=True)
    yield Row(say("receipt.machine"), receipt.machine, code=True)
    if receipt.host:
        yield Row(say("receipt.host"), receipt.host, code=True)
    yield Row(say("receipt.cores"), str(receipt.cores), code=True)
    if receipt.start_methods:
        yield Row(say("receipt.start_methods"), ", ".join(receipt.start_methods), code=True)
    yield Row(say("receipt.observed"), say("yes" if receipt.observed else "no"))
    if receipt.slow_motion:
        yield Row(say("receipt.slow_motion"), say("yes"))
    if receipt.schedule is not None:
        written = receipt.schedule or say("receipt.first_choice")
        yield Row(say("receipt.schedule"), written, code=bool(receipt.schedule))
    yield Row(say("receipt.source_sha256"), receipt.source_sha256, code=True)
