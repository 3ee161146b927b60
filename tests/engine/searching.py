"""Helpers of tests that search the schedules of a program."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.engine.running import finish
from webapp.engine.events import Kind
from webapp.engine.program import Program
from webapp.engine.runner import Runner
from webapp.engine.schedules import Search, Searched, Tried


@dataclass
class Found:
    """All that a search tried, and how it ended."""

    tried: list[Tried]
    end: Searched | None


def search_all(runner: Runner, program: Program, limits: Search) -> Found:
    """Carry out a search."""
    recording = finish(runner, runner.start(replace(program, directed=limits)))
    tried = [Tried.load(event.text) for event in recording.events if event.kind is Kind.TRIED]
    ends = [event.text for event in recording.events if event.kind is Kind.SEARCHED]
    return Found(tried, Searched.load(ends[0]) if ends else None)


def outcomes(found: Found) -> set[tuple[str, ...]]:
    """Return the different outcomes: how the runs ended, and what they printed."""
    return {
        (tried.outcome, tried.detail, *(line.text for line in tried.lines)) for tried in found.tried
    }
