"""`flask explore DEMO`: searches for the schedule of a demo's threads that breaks it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import click

from webapp.engine.findings import Found, plural, report, search
from webapp.engine.runner import Busy
from webapp.engine.schedules import Direction, Search, Tried, refusal
from webapp.lessons.goals import breaks, recording_of
from webapp.lessons.text import DEFAULT_LANGUAGE
from webapp.lessons.topic import Demo, Topic
from webapp.lessons.values import Values
from webapp.pages.site.site import Site

HELP = """Search for the schedule of a demo's threads that breaks it.

`explore DEMO --help` lists the demo's parameters. Exits with 1 if a schedule breaks the demo."""

USUAL = Search()

LIMITS = [
    click.Option(["--switches"], type=click.IntRange(0, 3), default=USUAL.switches,
                 show_default=True, help="Switches away from a thread that could go on, at most."),
    click.Option(["--number"], type=click.IntRange(1), default=USUAL.number, show_default=True,
                 help="Schedules, at most."),
    click.Option(["--seconds"], type=click.FloatRange(0), default=USUAL.seconds,
                 show_default=True, help="Seconds, at most."),
]  # fmt: skip


def explore_demo(
    site: Site,
    topic: Topic,
    demo: Demo,
    values: Values,
    limits: Search,
) -> None:
    """Search a demo's schedules, and print what was found."""
    if reason := refusal(demo.source):
        raise click.ClickException(f"cannot be directed: {reason}")
    program = demo.program(values)
    goal = topic.goal_of(demo)
    found = Found(
        breaks=lambda tried: breaks(tried, goal, values),
        label=partial(_label, demo, values),
    )
    try:
        recording = search(site.runner, replace(program, directed=limits), found)
    except Busy:
        raise click.ClickException("No machine has room for it.") from None
    click.echo("\n".join(report(found, limits, recording)))
    if smallest := found.smallest:
        again = search(site.runner, replace(program, directed=Direction(smallest.schedule)), found)
        click.echo(f"\nthe smallest, with {plural(smallest.switches, 'switch')}:")
        for line in again.lines:
            click.echo(f"  {line.worker}: {line.text}")
        click.echo(f"  {again.outcome} {again.detail}".rstrip())
        click.echo(f"schedule: {smallest.schedule}")
    raise click.exceptions.Exit(1 if found.smallest or found.end is None else 0)


def _label(demo: Demo, values: Values, tried: Tried) -> str:
    """Return the outcome of a schedule's run in the demo's own words."""
    if tried.outcome == "halted":
        return f"ended: {tried.detail}"
    told = demo.outcome.of(recording_of(tried), values)
    if told is None:
        return tried.detail or tried.outcome
    said = told if isinstance(told, int | float | str) else told[DEFAULT_LANGUAGE]
    return f"{demo.outcome.label[DEFAULT_LANGUAGE]}: {said}"
