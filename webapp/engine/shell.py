"""`python -m webapp.engine PATH.py [--param value …] [-- ARG …]`: prints the events of a run.

Prints the events as JSON lines as they come, then a line with the outcome. Parameters are those of
the program's `main()`; the program's own command line follows `--`. The exit code is the program's.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.limits import UNLIMITED
from webapp.engine.piped import ends_with_reader
from webapp.engine.program import Program, ProgramError, main_defaults
from webapp.engine.recording import Recording
from webapp.engine.schedules import Direction, Search, parse, refusal
from webapp.engine.surroundings import Surroundings

USAGE = 2
"""Exit code for a wrong command line, the same as argparse's."""


@ends_with_reader()
def show(arguments: Sequence[str]) -> int:
    """Run a program, print its events and outcome, and return its exit code."""
    command = _read(list(arguments))
    try:
        program = program_of(command.path, command.parameters, command.arguments)
        program = replace(program, slow_motion=command.slow_motion)
        if command.schedule is not None:
            program = directed(program, Direction(command.schedule))
    except (OSError, SyntaxError, ValueError) as error:
        print(f"{command.path}: {error}", file=sys.stderr)
        return USAGE
    limits = replace(UNLIMITED, soft_deadline=command.timeout)
    around = Surroundings(
        environment=os.environ,
        work=Path.cwd(),
        stdin=sys.stdin.fileno() if sys.stdin else subprocess.DEVNULL,
        inherits=True,
    )
    runner = EmbeddedRunner(limits, around)
    try:
        recording = _record(runner, program, observe=not command.transcript_only)
    finally:
        runner.close()
    end = asdict(recording)
    del end["events"]
    print(json.dumps(end), flush=True)
    return recording.exit_status


def directed(program: Program, how: Direction | Search) -> Program:
    """Return a program that is directed. Raises ScheduleError, SyntaxError, and ValueError if it
    cannot be."""
    if isinstance(how, Direction):
        parse(how.schedule)
    if reason := refusal(program.path.read_text(encoding="utf-8")):
        raise ValueError(f"cannot be directed: {reason}")
    return replace(program, directed=how)


def _read(arguments: list[str]) -> argparse.Namespace:
    own, own_arguments = arguments, []
    if "--" in arguments:
        at = arguments.index("--")
        own, own_arguments = arguments[:at], arguments[at + 1 :]
    parser = argparse.ArgumentParser(
        prog="python -m webapp.engine",
        description="Record a Python program: its events as JSON lines, and how it ended.",
        epilog="Every other option is a parameter of the program's main(): --threads 4. "
        "What follows -- is the program's own command line.",
        allow_abbrev=False,
    )
    parser.add_argument("path", type=Path, help="the program's file")
    parser.add_argument("--timeout", type=float, help="seconds after which it is ended")
    watched = parser.add_mutually_exclusive_group()
    watched.add_argument(
        "--transcript-only", action="store_true", help="watch nothing but what is printed"
    )
    watched.add_argument(
        "--slow-motion",
        action="store_true",
        help="record each line, with the shared values that it reads and writes",
    )
    parser.add_argument(
        "--schedule", help="who goes on at each choice, such as 1,2,2,1: run it so, in virtual time"
    )
    command, parameters = parser.parse_known_args(own)
    command.parameters = parameters
    command.arguments = own_arguments
    return command


def program_of(path: Path, options: list[str], arguments: list[str]) -> Program:
    """Read a program and its parameters. Raises OSError, SyntaxError, ValueError."""
    source = path.read_text(encoding="utf-8")
    ast.parse(source)
    parameters: dict[str, object] = {}
    while options:
        name, _, value = options.pop(0).partition("=")
        if not name.startswith("--"):
            raise ProgramError(f"{name}: its own arguments come after --")
        if not value:
            if not options:
                raise ProgramError(f"{name} needs a value")
            value = options.pop(0)
        key = name.removeprefix("--").replace("-", "_")
        parameters[key] = _value(source, key, value)
    return Program(path.resolve(), parameters, tuple(arguments))


def _value(source: str, name: str, given: str) -> object:
    """Parse a value as the type of the parameter's default. Raises ProgramError."""
    defaults = main_defaults(source)
    if name not in defaults:
        raise ProgramError(
            f"main() has no parameter {name}: it has {', '.join(defaults) or 'none'}"
        )
    default = defaults[name]
    if isinstance(default, str):
        return given
    try:
        value = ast.literal_eval(given)
    except (SyntaxError, ValueError):
        value = None
    fits = isinstance(value, type(default)) or (isinstance(default, float) and type(value) is int)
    if not fits:
        raise ProgramError(f"--{name} takes a {type(default).__name__}, not {given}")
    return value


def _record(runner: EmbeddedRunner, program: Program, *, observe: bool) -> Recording:
    run = runner.start(program, observe=observe)
    after = 0
    while (recording := runner.recording(run)) is None:
        try:
            for batch in runner.follow(run, after):
                for event in batch:
                    print(json.dumps(event._asdict()), flush=True)
                    after = event.id
        except KeyboardInterrupt:
            runner.cancel(run)  # the last events and the outcome still follow
    return recording
