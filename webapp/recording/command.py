"""`movazi record MY_PROGRAM.py [ARG …] -o run.html`; also with `-m MODULE` or `-c CODE`."""

from __future__ import annotations

import argparse
import gc
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
from webapp.engine.recording import Outcome, Recording
from webapp.engine.surroundings import Surroundings
from webapp.lessons.text import DEFAULT_LANGUAGE, LANGUAGES
from webapp.recording.interrupts import Interrupts
from webapp.recording.outputs import Form, form_of
from webapp.recording.page_file import PageFile
from webapp.recording.ran import Ran
from webapp.recording.shortage import explain, make_up
from webapp.recording.source import USAGE, Refused, Target, find_code, find_file, find_module
from webapp.recording.terminal import Terminal

INTERRUPTED = 130
"""The exit code after Ctrl-C, as in a shell."""

PAGE = Path("run.html")

OPTIONS = {"-m": "a module's name", "-c": "code"}
"""Python's options that name a program, and what follows each."""

VALUED = ("-o", "--output", "--timeout", "--language")
"""Our options that another word follows."""


def record(arguments: Sequence[str], *, alone: bool = False) -> int:
    """Record a program into a file; return its exit code, or that of a refusal.

    `alone`: nothing else runs in this process, and nothing will.
    """
    command = _read(list(arguments))
    command.alone = alone
    try:
        make_up()
        return _record(command, _TARGETS[command.by](command.named, command.arguments))
    except Refused as refused:
        print(refused, file=sys.stderr)
        return refused.code
    except KeyboardInterrupt:
        return INTERRUPTED  # before the program had begun
    except (OSError, RuntimeError, MemoryError) as error:
        if not (lack := explain(error)):
            raise
        print(f"the recorder cannot go on: {lack}", file=sys.stderr)
        return USAGE


def _record(command: argparse.Namespace, target: Target) -> int:
    with PageFile(command.output, target.program.path) as file:
        form, terminal = _form(command), Terminal()
        with closing(_runner(command, terminal)) as runner:
            run = runner.start(replace(target.program, slow_motion=command.lines))
            with Interrupts(partial(_end, runner, run, terminal)) as interrupts:
                # The program runs meanwhile.
                from webapp.pages.texts.wording import load_wording  # noqa: PLC0415
                from webapp.recording.answer import tell  # noqa: PLC0415

                say, write = load_wording(command.language), form.load()
                gc.enable()
                ran = _ran(target, _followed(runner, run, interrupts))
                gc.disable()  # with a hundred thousand steps it takes a third of the time
                written = write(say, ran)
                terminal.end_line()
                if not command.quiet and (answer := tell(say, ran.recording, ran.standing)):
                    print(answer, file=sys.stderr)
                return _put(file, written, command, ran.recording)


def _ran(target: Target, recording: Recording) -> Ran:
    program = target.program
    return Ran(
        program.path, program.arguments, target.source, recording, target.words, target.folder
    )


_TARGETS = {
    "": lambda name, arguments: find_file(Path(name), arguments),
    "-m": find_module,
    "-c": find_code,
}


def _read(words: list[str]) -> argparse.Namespace:
    """Separate our options from the program, and from its arguments."""
    ours, certain = words, []
    if "--" in words:
        at = words.index("--")
        ours, certain = words[:at], words[at + 1 :]
    parser = _parser()
    if not ours or ours[0] in ("-h", "--help"):
        parser.print_help(sys.stdout if ours else sys.stderr)
        raise SystemExit(0 if ours else USAGE)
    at = _program_at(ours)
    by = ours[at] if ours[at:] and ours[at] in ("-m", "-c") else ""
    named = ours[at + bool(by) : at + bool(by) + 1]
    command, given = parser.parse_known_args(ours[:at] + ours[at + bool(by) + 1 :])
    if not named:
        parser.error(f"{by} needs {OPTIONS[by]}" if by else "no program is named")
    command.by, command.named, command.arguments = by, named[0], [*given, *certain]
    return command


def _program_at(words: Sequence[str]) -> int:
    """Return the place of the program's name, or of the -m or -c before it."""
    at = 0
    while at < len(words) and words[at] not in OPTIONS and words[at].startswith("-"):
        at += 2 if words[at] in VALUED else 1
    return at


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="movazi record",
        usage="%(prog)s [OPTION ...] {PROGRAM.py | -m MODULE | -c CODE} [ARGUMENT ...] "
        "[-- ARGUMENT ...]",
        description="Run a Python program as `python PROGRAM.py ARGUMENT ...` would, and write "
        "what its threads and processes did into one file: a page, which needs no network "
        "(.html), all events (.json), or a trace for ui.perfetto.dev (.trace.json).",
        epilog="-m and -c are as in Python. All other options are the program's own, and what "
        "follows -- is for certain. The exit code is the program's; 1 where it is no Python, 2 "
        "where nothing could be run.",
        allow_abbrev=False,
        add_help=False,
    )
    add = parser.add_argument
    add("-o", "--output", type=Path, default=PAGE, metavar="FILE", help="(%(default)s)")
    add("--open", action="store_true", help="open the page in a browser")
    add("--timeout", type=_seconds, metavar="SECONDS", help="end the program after so long")
    add("--lines", action="store_true", help="record each line, with the shared values it touches")
    add("--quiet", action="store_true", help="do not say where the file is")
    add("--language", choices=LANGUAGES, default=DEFAULT_LANGUAGE, help="the page's (%(default)s)")
    return parser


def _form(command: argparse.Namespace) -> Form:
    """Return what to write. Raises Refused."""
    form = form_of(command.output)
    if command.open and not form.is_page:
        raise Refused(f"--open opens a page, so the name must end in .html: {command.output}")
    return form


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
        forks=command.alone,
        slow_motion=command.lines,
    )
    try:
        return EmbeddedRunner(replace(UNLIMITED, soft_deadline=command.timeout), around)
    except OSError as error:
        raise Refused(f"the recorder cannot begin: {explain(error) or error}") from None


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
    never_begun = not recording.receipt.source_sha256
    if never_begun and recording.outcome in (Outcome.LOST, Outcome.FAILED):
        raise Refused(f"the program could not be started: {recording.detail or 'see above'}")
    if interrupts.count and recording.outcome is Outcome.FAILED:
        return replace(recording, outcome=Outcome.CANCELLED)
    return recording


def _put(file: PageFile, written: str, command: argparse.Namespace, recording: Recording) -> int:
    """Put the file in place, say so, and open it if asked to; return the exit code."""
    path = command.output
    try:
        file.put(written)
    except OSError as error:
        print(f"{path} could not be written: {error.strerror}", file=sys.stderr)
        return recording.exit_status or 1
    if not command.quiet:
        more = f" ({recording.dropped} more were too many to keep)" if recording.dropped else ""
        events = f"{len(recording.events)} events{more}"
        print(f"Recorded {events} into {path}: {form_of(path).opened}.", file=sys.stderr)
    if command.open:
        _open(path)
    return recording.exit_status


def _open(page: Path) -> None:
    import webbrowser  # noqa: PLC0415  (it takes longer to import than the rest)

    if not webbrowser.open(page.resolve().as_uri()):
        print(f"no browser was found to open {page}", file=sys.stderr)
