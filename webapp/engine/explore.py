"""`python -m webapp.engine explore PROGRAM.py`: searches for the schedule that breaks a program.

A program breaks if it raises an exception that nobody catches, such as that of a failed `assert`,
if it ends with another exit code than 0, or if it deadlocks. Prints what was tried, each outcome,
and the smallest schedule that breaks it, with the command that replays it. Exits with 1 if it
breaks.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.findings import Found, label_of, plural, report, search
from webapp.engine.limits import UNLIMITED
from webapp.engine.piped import ends_with_reader
from webapp.engine.program import Program
from webapp.engine.runner import Runner
from webapp.engine.schedules import Direction, Search, Tried
from webapp.engine.shell import USAGE, directed, program_of
from webapp.engine.surroundings import Surroundings

BROKE = 1
"""Exit code if a schedule breaks the program."""


@ends_with_reader()
def explore(arguments: Sequence[str]) -> int:
    """Search a program's schedules, print what was found, and return the exit code."""
    command = _read(list(arguments))
    limits = Search(command.switches, command.number, command.seconds, not command.all)
    try:
        program = program_of(command.path, command.parameters, command.arguments)
        searched = directed(program, limits)
    except (OSError, SyntaxError, ValueError) as error:
        print(f"{command.path}: {error}", file=sys.stderr)
        return USAGE
    around = Surroundings(environment=os.environ, work=Path.cwd(), inherits=True)
    runner = EmbeddedRunner(UNLIMITED, around)
    try:
        found = Found(label_of)
        recording = search(runner, searched, found)
        for line in report(found, limits, recording):
            print(line)
        if found.smallest:
            print(*_replay(runner, program, found.smallest), sep="\n")
    finally:
        runner.close()
    if found.end is None:
        return recording.exit_status or 1
    return BROKE if found.smallest else 0


def _replay(runner: Runner, program: Program, smallest: Tried) -> list[str]:
    """Run the smallest schedule again; return what it did, and the command that replays it."""
    again = search(runner, replace(program, directed=Direction(smallest.schedule)), Found(label_of))
    options = [f"--{name.replace('_', '-')}={value}" for name, value in program.parameters.items()]
    path = os.path.relpath(program.path)
    command = [sys.executable, "-m", __package__, path, *options, "--schedule", smallest.schedule]
    extra = ["--", *program.arguments] if program.arguments else []
    return [
        "",
        f"the smallest that breaks it, with {plural(smallest.switches, 'switch')}:",
        *(f"  {line.worker}: {line.text}" for line in again.lines),
        f"  {again.outcome} {again.detail}".rstrip(),
        f"replay it: {shlex.join([*command, *extra])}",
    ]


def _read(arguments: list[str]) -> argparse.Namespace:
    own, rest = arguments, []
    if "--" in arguments:
        at = arguments.index("--")
        own, rest = arguments[:at], arguments[at + 1 :]
    usual = Search()
    parser = argparse.ArgumentParser(
        prog="movazi explore",
        description="Search for the schedule of a program's threads that breaks it: an exception, "
        "a failed assert, another exit code than 0, or a deadlock. Exits with 1 if one does.",
        epilog="Every other option is a parameter of the program's main(): --threads 2. "
        "What follows -- is the program's own command line.",
        allow_abbrev=False,
    )
    parser.add_argument("path", type=Path, help="the program's file")
    for name, kind, text in (
        ("switches", _count, "switches away from a thread that could go on, at most"),
        ("number", _count, "schedules, at most"),
        ("seconds", float, "seconds, at most"),
    ):
        parser.add_argument(
            f"--{name}", type=kind, default=getattr(usual, name), help=f"{text} (%(default)s)"
        )
    parser.add_argument(
        "--all", action="store_true", help="leave out nothing that cannot make a difference"
    )
    command, parameters = parser.parse_known_args(own)
    command.parameters, command.arguments = parameters, rest
    return command


def _count(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text} is no number from 0")
    return int(text)
