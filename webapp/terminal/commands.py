"""The commands that list the demos, and run one and show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

import click
from flask import Flask

from webapp.api.answers import Detail, details
from webapp.engine.program import Program
from webapp.engine.recording import Outcome, Recording
from webapp.engine.runner import Unreachable
from webapp.engine.schedules import Search
from webapp.lessons.parameters import (
    AnyParameter,
    Choice,
    Float,
    Floats,
    Integer,
    InvalidParameters,
    Permutation,
)
from webapp.lessons.text import DEFAULT_LANGUAGE
from webapp.lessons.topic import Demo, Topic, find_demo
from webapp.lessons.values import Values
from webapp.pages.demo.needs import is_offered, unmet_needs_text
from webapp.pages.site.site import Site
from webapp.terminal.explore import HELP as EXPLORE_HELP
from webapp.terminal.explore import LIMITS, explore_demo
from webapp.terminal.predict import ask_questions, print_answers
from webapp.terminal.prune import prune_command
from webapp.terminal.show import Screen, print_end

INTERRUPTED = 130
"""The exit code after Ctrl-C, as in a shell."""


def add_commands(app: Flask, site: Site) -> None:
    """Add `demos`, `run-demo`, `explore` and `prune-runs` to Flask's own commands."""
    app.cli.add_command(click.Command("demos", callback=partial(list_demos, site), help=LIST_HELP))
    app.cli.add_command(DemoCommands(site))
    app.cli.add_command(ExploreCommands(site))
    app.cli.add_command(prune_command(site))


LIST_HELP = "List all topics with their demos."
RUN_HELP = "Run a demo and watch it. `run-demo DEMO --help` lists its parameters."


def list_demos(site: Site) -> None:
    """Print every demo's name and title, topic by topic."""
    width = max(len(name) for name, _ in _demos(site))
    for topic in site.topics:
        click.secho(f"{topic.order}. {topic.title[DEFAULT_LANGUAGE]}", bold=True)
        for demo in topic.demos:
            trap = click.style(" (trap)", fg="yellow") if demo.trap else ""
            click.echo(
                f"   {f'{topic.slug}/{demo.slug}':<{width}}  {demo.title[DEFAULT_LANGUAGE]}{trap}"
            )


class DemoCommands(click.Group):
    """`run-demo`: one command per demo, with options from the demo's declaration."""

    def __init__(self, site: Site, name: str = "run-demo", help: str = RUN_HELP) -> None:
        super().__init__(name, help=help, subcommand_metavar="DEMO [OPTIONS]")
        self._site = site

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the demos' names in order of the course."""
        return [name for name, _ in _demos(self._site)]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Return the command of one demo, or None."""
        found = find_demo(self._site.topics, name)
        return self._command(name, *found) if found else None

    def _command(self, name: str, topic: Topic, demo: Demo) -> click.Command:
        return _command(self._site, name, demo)


class ExploreCommands(DemoCommands):
    """`explore`: likewise, with the limits of a search."""

    def __init__(self, site: Site) -> None:
        super().__init__(site, "explore", EXPLORE_HELP)

    def _command(self, name: str, topic: Topic, demo: Demo) -> click.Command:
        def explore(switches: int, number: int, seconds: float, **entered: str) -> None:
            limits = Search(switches, number, seconds)
            explore_demo(self._site, topic, demo, _values(demo, entered), limits)

        return click.Command(
            name,
            params=[*map(_option, demo.parameters), *LIMITS],
            callback=explore,
            help=demo.watch[DEFAULT_LANGUAGE],
            short_help=demo.title[DEFAULT_LANGUAGE],
        )


def _demos(site: Site) -> Iterator[tuple[str, Demo]]:
    for topic in site.topics:
        for demo in topic.demos:
            yield f"{topic.slug}/{demo.slug}", demo


def _command(site: Site, name: str, demo: Demo) -> click.Command:
    return click.Command(
        name,
        params=[*map(_option, demo.parameters), TRANSCRIPT_ONLY, SLOW_MOTION, PREDICT],
        callback=partial(run_demo, site, demo),
        help=demo.watch[DEFAULT_LANGUAGE],
        short_help=demo.title[DEFAULT_LANGUAGE],
    )


TRANSCRIPT_ONLY = click.Option(
    ["--transcript-only"], is_flag=True, help="Record only what the demo prints."
)

SLOW_MOTION = click.Option(
    ["--slow-motion"], is_flag=True, help="Record each line, and say what it reads and writes."
)

PREDICT = click.Option(
    ["--predict"], is_flag=True, help="Ask first what the run will do, and compare afterwards."
)


def _option(parameter: AnyParameter) -> click.Option:
    """Return the option of a parameter; its name may be written with _ or with -."""
    names = dict.fromkeys([f"--{parameter.name}", f"--{parameter.name.replace('_', '-')}"])
    return click.Option(
        [parameter.name, *names],
        default=parameter.write(parameter.default),
        show_default=True,
        metavar=_kind(parameter),
        help=f"{parameter.label[DEFAULT_LANGUAGE]}: {parameter.help[DEFAULT_LANGUAGE]}",
    )


def _kind(parameter: AnyParameter) -> str:
    match parameter:
        case Choice():
            return f"[{'|'.join(parameter.options)}]"
        case Permutation():
            return f"1…{len(parameter.default)} IN ANY ORDER"
        case Floats():
            numbers = ",".join(["N"] * len(parameter.default))
            return f"{numbers} {parameter.minimum:g}…{parameter.maximum:g}"
        case Integer() | Float():
            return f"{parameter.minimum:g}…{parameter.maximum:g}"


def run_demo(
    site: Site,
    demo: Demo,
    transcript_only: bool,
    slow_motion: bool,
    predict: bool,
    **entered: str,
) -> None:
    """Run a demo and show it. The exit code is 0 if it finished, 130 after Ctrl-C, else 1."""
    if transcript_only and slow_motion:
        raise click.UsageError("--slow-motion does not go with --transcript-only")
    values = _values(demo, entered)
    predicted = ask_questions(demo) if predict else {}
    program = replace(demo.program(values), slow_motion=slow_motion)
    recording, interrupted = _watch(site, demo, program, observe=not transcript_only)
    print_end(demo, values, recording)
    print_answers(demo, values, recording, predicted)
    if interrupted:
        raise click.exceptions.Exit(INTERRUPTED)
    raise click.exceptions.Exit(0 if recording.outcome is Outcome.FINISHED else 1)


def _values(demo: Demo, entered: Mapping[str, str]) -> Values:
    try:
        return demo.values({name: [value] for name, value in entered.items()})
    except InvalidParameters as invalid:
        raise click.UsageError("\n".join(map(_message, details(invalid.problems)))) from None


def _watch(site: Site, demo: Demo, program: Program, *, observe: bool) -> tuple[Recording, bool]:
    """Print a run's lines live. Return its record, and whether Ctrl-C has ended it."""
    runner, screen = site.runner, Screen()
    run = _started(site, demo, program, observe=observe)
    after, interrupted = 0, False
    while (recording := runner.recording(run)) is None:
        try:
            for batch in runner.follow(run, after):
                screen.show(batch)
                after = batch[-1].id if batch else after
        except KeyboardInterrupt:
            interrupted = True
            runner.cancel(run)
    screen.show(recording.events[after:])
    screen.rest()
    return recording, interrupted


def _started(site: Site, demo: Demo, program: Program, *, observe: bool) -> str:
    try:
        return site.runner.start(program, observe=observe)
    except Unreachable:
        if is_offered(demo, site.runner.machines()):
            raise click.ClickException("No machine answers.") from None
        raise click.ClickException(
            unmet_needs_text(site.wordings[DEFAULT_LANGUAGE], demo.needs)
        ) from None


def _message(error: Detail) -> str:
    return f"--{error['loc'][0]} {error['input']}: {error['msg']}"
