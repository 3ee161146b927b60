"""`movazi record MY_PROGRAM.py [ARG …] -o run.html`; also with `-m MODULE` or `-c CODE`."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from pathlib import Path

from webapp.engine.piped import ends_with_reader
from webapp.recording.shortage import ELSEWHERE, explain, make_up
from webapp.recording.source import USAGE, Refused, find_code, find_file, find_module
from webapp.recording.terminal import inform

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
        if not command.threads_only and sys.platform != "linux":
            raise Refused(ELSEWHERE)
        make_up()
        target = _TARGETS[command.by](command.named, command.arguments)
        if command.threads_only:
            from webapp.recording.threads_only import record_here  # noqa: PLC0415

            return record_here(command, target)
        from webapp.recording.whole import leave, record_whole  # noqa: PLC0415

        code = record_whole(command, target)
        return leave(code) if alone else code
    except Refused as refused:
        inform(str(refused))
        return refused.code
    except KeyboardInterrupt:
        return INTERRUPTED  # before the program had begun
    except (OSError, RuntimeError, MemoryError) as error:
        if not (lack := explain(error)):
            raise
        inform(f"the recorder cannot go on: {lack}")
        return USAGE


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
        with ends_with_reader():
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
        epilog="--threads-only records from inside of the program, on any system: no children, and "
        "no page if it is killed. -m and -c are as in Python. All other options are the program's "
        "own, and what follows -- is for certain. The exit code is the program's; 1 where it is no "
        "Python, 2 where nothing could be run.",
        allow_abbrev=False,
        add_help=False,
    )
    add = parser.add_argument
    add("-o", "--output", type=Path, default=PAGE, metavar="FILE", help="(%(default)s)")
    add("--open", action="store_true", help="open the page in a browser")
    add("--timeout", type=_seconds, metavar="SECONDS", help="end the program after so long")
    add("--lines", action="store_true", help="record each line, with the shared values it touches")
    add("--threads-only", action="store_true", help="record from inside: see below")
    add("--quiet", action="store_true", help="say neither how it ended nor where the file is")
    add("--language", type=_language, metavar="LANGUAGE", help="the page's: en or fa (en)")
    return parser


def _language(text: str) -> str:
    from webapp.lessons.text import LANGUAGES  # noqa: PLC0415  (without it the program starts sooner)

    if text not in LANGUAGES:
        raise argparse.ArgumentTypeError(f"choose from {', '.join(LANGUAGES)}, not {text!r}")
    return text


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < math.inf:
        raise ValueError
    return seconds


_seconds.__name__ = "number of seconds"  # argparse tells it: "invalid number of seconds value"
