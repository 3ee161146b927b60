"""Runs as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from webapp.engine.recording import Recording
from webapp.engine.runner import State
from webapp.lessons.claims import Claim
from webapp.pages.site.site import Run


def state_of(run: Run, state: State) -> dict[str, Any]:
    """Return the state of a run."""
    return {**_named(run), "phase": state.phase, "place": state.place}


def result_of(run: Run, recording: Recording, *, events: bool = False) -> dict[str, Any]:
    """Return the whole result of a run, with its events if `events` is set.

    `timing` is in seconds, each `time` in microseconds since the run began.
    """
    result: dict[str, Any] = {
        **_named(run),
        "outcome": recording.outcome,
        "detail": recording.detail,
        "exit_code": recording.exit_code,
        "transcript": [line._asdict() for line in recording.lines],
        "claims": _measured(run.demo.claims, run, recording),
        "observations": _measured(run.demo.observations, run, recording),
        "answers": {
            question.name: dict(question.answer(recording, run.values).holds)
            for question in run.demo.questions
        },
        "timing": {
            "wall": recording.wall,
            "cpu": recording.cpu,
            "ideal": run.demo.ideal.seconds(run.values),
        },
        "receipt": asdict(recording.receipt),
        "dropped": recording.dropped,
        "swept": recording.swept,
    }
    if events:
        result["events"] = [event._asdict() for event in recording.events]
    return result


def _named(run: Run) -> dict[str, Any]:
    demo = f"{run.topic.slug}/{run.demo.slug}"
    return {"run": run.id, "demo": demo, "parameters": dict(run.values)}


def _measured(claims: Iterable[Claim], run: Run, recording: Recording) -> list[dict[str, Any]]:
    found = [(claim, claim.measure(recording, run.values)) for claim in claims]
    return [
        {
            "text": dict(claim.text),
            "holds": measured.holds,
            "figure": measured.figure,
            "late": measured.late,
        }
        for claim, measured in found
    ]
