"""`python -m webapp.engine record MY_PROGRAM.py [ARG …] -o run.html`."""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.limits import UNLIMITED
from webapp.engine.program import Program
from webapp.engine.recording import Outcome, Recording
from webapp.engine.surroundings import Surroundings
from webapp.lessons.text import DEFAULT_LANGUAGE, LANGUAGES
from webapp.pages.texts.wording import load_wordings
from webapp.recording.interrupts import Interrupts
from webapp.recording.page import Ran, draw_page
from webapp.recording.page_file import PageFile
from webapp.recording.source import USAGE, Refused, read_source
from webapp.recording.terminal import Terminal

INTERRUPTED = 130
"""The exit code after Ctrl-C, as in a shell."""

PAGE = Path("run.html")


def record(arguments: Sequence[str]) -> int:
    """Record a program into a page; return its exit code, or that of a refusal."""
    command = _read(list(arguments))
    try:
        return _record(command, read_source(command.program))
    except Refused as refused:
        print(refused, file=sys.stderr)
        return refused.code
    except KeyboardInterrupt:
        return INTERRUPTED  # before the program had begun


def _record(command: argparse.Namespace, source: str) -> int:
    terminal = Terminal()
    with (
        PageFile(command.output, command.program) as file,
        closing(_runner(command, terminal)) as runner,
    ):
        run = runner.start(Program(command.program, arguments=tuple(command.arguments)))
        with Interrupts(partial(_end, runner, run, terminal)) as interrupts:
            recording = _followed(runner, run, interrupts)
            ran = Ran(command.program, tuple(command.arguments), source, recording)
            page = draw_page(load_wordings()[command.language], ran)
            terminal.end_line()
            return _put(file, page, command.output, recording)


def _read(arguments: list[str]) -> argparse.Namespace:
    """Separate our options from the program's arguments."""
    ours, certain = arguments, []
    if "--" in arguments:
        at = arguments.index("--")
        ours, certain = arguments[:at], arguments[at + 1 :]
    parser = _parser()
    if not ours or ours[0] in ("-h", "--help"):
        parser.print_help(sys.stdout if ours else sys.stderr)
        raise SystemExit(0 if ours else USAGE)
    command, given = parser.parse_known_args(ours)
    command.arguments = [*given, *certain]
    return command


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m webapp.engine record",
        usage="%(prog)s PROGRAM.py [ARGUMENT ...] [-o PAGE] [--language {en,fa}] "
        "[--timeout SECONDS] [-- ARGUMENT ...]",
        description="Run a Python program as `python PROGRAM.py ARGUMENT ...` would, and write "
        "what its threads and processes did into one page, which needs no network.",
        epilog="All other options are the program's own, and what follows -- is for certain. "
        "The exit code is the program's; 1 where it is no Python, 2 where nothing could be run.",
        allow_abbrev=False,
        add_help=False,
    )
    parser.add_argument("program", type=Path, metavar="PROGRAM.py", help="the program's file")
    parser.add_argument(
        "-o", "--output", type=Path, default=PAGE, metavar="PAGE", help="the page (%(default)s)"
    )
    parser.add_argument(
        "--language", choices=LANGUAGES, default=DEFAULT_LANGUAGE, help="the page's (%(default)s)"
    )
    parser.add_argument(
        "--timeout", type=_seconds, metavar="SECONDS", help="end the program after so long"
    )
    return parser


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < math.inf:
        raise ValueError
    return seconds


_seconds.__name__ = "number of seconds"  # argparse tells it: "invalid number of seconds value"


def _runner(command: argparse.Namespace, terminal: Terminal) -> EmbeddedRunner:
    """Return a runner that runs the program as a shell would. Raises Refused."""
    around = Surroundings(
        environment=os.environ,
        work=Path.cwd(),
        stdin=sys.stdin.fileno() if sys.stdin else subprocess.DEVNULL,
        output=terminal.write,
        inherits=True,
    )
    try:
        return EmbeddedRunner(replace(UNLIMITED, soft_deadline=command.timeout), around)
    except OSError as error:
        raise Refused(f"the recorder cannot begin: {error}") from None


def _end(runner: EmbeddedRunner, run: str, terminal: Terminal) -> None:
    terminal.give_up()
    runner.cancel(run)


def _followed(runner: EmbeddedRunner, run: str, interrupts: Interrupts) -> Recording:
    """Wait for the end of the run; return its recording."""
    begun = False
    for events in runner.follow(run):
        # The main process speaks first, and leads the group of its run.
        if not begun and (pids := [event.pid for event in events if event.pid]):
            begun = True
            interrupts.begin(pids[0])
    recording = runner.recording(run)
    assert recording is not None  # follow() ends when the run is over
    if interrupts.count and recording.outcome is Outcome.FAILED:
        return replace(recording, outcome=Outcome.CANCELLED)
    return recording


def _put(file: PageFile, page: str, path: Path, recording: Recording) -> int:
    """Put the page in place and print that; return the exit code."""
    try:
        file.put(page)
    except OSError as error:
        print(f"{path} could not be written: {error.strerror}", file=sys.stderr)
        return recording.exit_status or 1
    more = f" ({recording.dropped} more were too many to keep)" if recording.dropped else ""
    events = f"{len(recording.events)} events{more}"
    print(f"Recorded {events} into {path}: open it in a browser.", file=sys.stderr)
    return recording.exit_status
