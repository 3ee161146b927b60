"""Searches the schedules of a program for those that break it, and reports each one that it tries.

The fewest switches come first. `Kind.TRIED` reports a schedule, `Kind.SEARCHED` the end;
`schedules` reads both.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from time import monotonic

from webapp.engine.directed.reduction import Frontier, Untried
from webapp.engine.directed.trial import Result, Trials
from webapp.engine.events import Event, Joiner, Kind, decode
from webapp.engine.recorder.channel import emit
from webapp.engine.schedules import Said, Search, Searched, Tried, write
from webapp.engine.transcript import Transcript

MOST_LINES = 60
LONGEST_LINE = 200


def search(trials: Trials, limits: Search) -> None:
    """Try schedules until all are tried or a limit is reached."""
    began, frontier, number = monotonic(), Frontier(limits.reduce), 0
    todo: Untried | None = None
    while True:
        result = trials.carry_out(todo.schedule if todo else ())
        number += 1
        emit(Kind.TRIED, text=_tried(result).dump(), line=0)
        if result.steps:
            parent, fork = (todo.path, todo.at) if todo else (None, 0)
            frontier.add(parent, fork, result.steps, result.pending)
        todo = frontier.next(limits.switches)
        seconds = monotonic() - began
        if todo is None or number >= limits.number or seconds >= limits.seconds:
            break
    why = "all" if todo is None else "number" if number >= limits.number else "time"
    complete = limits.switches if todo is None else todo.cost - 1
    emit(Kind.SEARCHED, text=Searched(why, complete, number, seconds).dump(), line=0)


def _tried(result: Result) -> Tried:
    events = list(_events(result.events))
    outcome, detail = _outcome(result, events)
    transcript = Transcript()
    lines = [line for event in events for line in transcript.feed(event)]
    lines += transcript.rest()
    return Tried(
        schedule=write(result.choices[: result.deviated]),
        switches=result.switches,
        outcome=outcome,
        detail=detail,
        lines=[
            Said(line.worker, line.stream, line.text[:LONGEST_LINE], line.source_line)
            for line in lines[:MOST_LINES]
        ],
        cut=len(lines) > MOST_LINES,
    )


def _outcome(result: Result, events: list[Event]) -> tuple[str, str]:
    reason, _ = result.halted
    if reason:
        return ("deadlocked", "") if reason == "deadlock" else ("halted", reason)
    raised = [event for event in events if event.kind is Kind.RAISED]
    if raised:
        return "failed", f"{raised[0].object}: {raised[0].text}"[:LONGEST_LINE]
    if result.code < 0:
        return "failed", signal.Signals(-result.code).name
    return ("failed", f"exit code {result.code}") if result.code else ("finished", "")


def _events(reported: bytes) -> Iterator[Event]:
    for number, line in enumerate(Joiner().feed(reported), 1):
        try:
            yield decode(line, id=number, began=0)
        except ValueError:
            continue  # cut off
