"""Prints a run in a terminal: its lines live, and then its result."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable

import click

from webapp.engine.events import Event, Key
from webapp.engine.recording import Outcome, Recording
from webapp.engine.transcript import Line, Transcript
from webapp.lessons.claims import Claim
from webapp.lessons.text import DEFAULT_LANGUAGE
from webapp.lessons.topic import Demo
from webapp.lessons.values import Values
from webapp.terminal.lanes import Lane, Sign, draw_lanes
from webapp.terminal.steps import step_lines

MICROSECONDS = 1_000_000
MILLISECONDS = 1000
WORKER_WIDTH = 16
HUES = ("blue", "red", "green", "magenta", "yellow", "cyan")
SIGNS = {True: ("✓", "green"), False: ("✗", "red"), None: ("–", "yellow")}


class Screen:
    """Prints a run's lines as they are completed: time, worker, text."""

    def __init__(self) -> None:
        self._transcript = Transcript()
        self._hues: dict[Key, str] = {}

    def show(self, events: Iterable[Event]) -> None:
        """Take the next events; print the lines that they complete."""
        for event in events:
            self._hues.setdefault(event.key, HUES[len(self._hues) % len(HUES)])
            for line in self._transcript.feed(event):
                self._print(line)

    def rest(self) -> None:
        """Print the lines without a newline at their end."""
        for line in self._transcript.rest():
            self._print(line)

    def _print(self, line: Line) -> None:
        hue = self._hues.get(line.key)
        worker = click.style(f"{line.worker:<{WORKER_WIDTH}}", fg=hue)
        text = click.style(line.text, fg="red") if line.stream == "stderr" else line.text
        _echo(f"{line.time / MICROSECONDS:8.3f}  {worker}  {text}")


def print_end(demo: Demo, values: Values, recording: Recording) -> None:
    """Print the outcome, what held, how long it took, and the lanes."""
    _echo("")
    _print_outcome(recording)
    _print_claims("What must hold", demo.claims, values, recording)
    _print_claims("In this run", demo.observations, values, recording)
    ideal = demo.ideal.seconds(values)
    _echo(f"\nTime: {recording.wall:.3f} s, ideally {ideal:.3f} s; CPU {recording.cpu:.3f} s")
    _print_lanes(recording)
    for line in step_lines(recording, demo.source):
        _echo(line)


def _print_outcome(recording: Recording) -> None:
    good = recording.outcome is Outcome.FINISHED
    outcome = click.style(recording.outcome, fg="green" if good else "red", bold=True)
    _echo(f"{outcome}{f': {recording.detail}' if recording.detail else ''}")


def _print_claims(
    title: str, claims: Iterable[Claim], values: Values, recording: Recording
) -> None:
    measures = [(claim, claim.measure(recording, values)) for claim in claims]
    if measures:
        _echo(f"\n{title}:")
    for claim, measured in measures:
        sign, colour = SIGNS[measured.holds]
        figure = f" ({measured.figure})" if measured.figure else ""
        _echo(f"  {click.style(sign, fg=colour)} {claim.text[DEFAULT_LANGUAGE]}{figure}")
        if measured.late is not None:
            late = round(measured.late * MILLISECONDS)
            _echo(f"    cannot tell: this machine was too busy, up to {late} ms late")


def _print_lanes(recording: Recording) -> None:
    lanes = draw_lanes(recording, shutil.get_terminal_size().columns)
    _echo("")
    for lane in lanes:
        _echo(_lane(lane))
    if lanes:
        _echo("\n" + "  ".join(f"{sign.value} {sign.name.lower()}" for sign in Sign))


def _lane(lane: Lane) -> str:
    hue = HUES[lane.number % len(HUES)]
    return f"{lane.name} ▕{click.style(lane.cells, fg=hue)}▏"


def _echo(text: str) -> None:
    """Print a line, in colours on a terminal unless NO_COLOR is set."""
    click.echo(text, color=False if os.environ.get("NO_COLOR") else None)
