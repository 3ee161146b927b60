"""The command `movazi`, and `python -m movazi`; in the repository `python -m webapp`."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from webapp.engine.__main__ import USAGE
from webapp.engine.__main__ import main as engine
from webapp.engine.piped import ends_with_reader

HELP = """\
usage: movazi COMMAND ...

Runs parallel Python programs, and shows what their threads and processes did.

  record PROGRAM.py ...   run a program of yours, and write what it did into one page
                          (also -m MODULE and -c CODE, as in Python)
  events PROGRAM.py ...   the same as JSON lines
  explore PROGRAM.py ...  search for the order of its threads' steps that breaks it

These need what `pip install 'movazi[site]'` brings:

  serve                   serve the course on this machine
  demos                   list the course's demos
  run TOPIC/DEMO ...      run a demo in the terminal
  explore TOPIC/DEMO ...  search a demo likewise
  prune-runs              forget old runs
  settings                list the site's settings

`movazi COMMAND --help` says what each takes, and `movazi --version` which version this is.
"""

FLASK_COMMANDS = {
    "demos": "demos",
    "explore": "explore",
    "run": "run-demo",
    "run-demo": "run-demo",
    "prune-runs": "prune-runs",
    "settings": "settings",
}
"""Our names of the site's commands, and Flask's."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Return its exit code."""
    name, *rest = arguments if arguments is not None else sys.argv[1:] or ["--help"]
    if name in ("-h", "--help", "help", "--version"):
        with ends_with_reader():
            print(_version() if name == "--version" else HELP, end="")
        return 0
    if name == "record":
        return engine(["record", *rest], alone=arguments is None)
    if name == "events" or (name == "explore" and not _is_demo(rest)):
        return engine(rest if name == "events" else [name, *rest])
    if name == "serve":
        return _with_site(lambda: _serve(rest))
    if name in FLASK_COMMANDS:
        return _with_site(lambda: _run_flask_command([FLASK_COMMANDS[name], *rest]))
    print(f"movazi: there is no command {name!r}\n\n{HELP}", end="", file=sys.stderr)
    return USAGE


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        return f"movazi {version('movazi')}\n"
    except PackageNotFoundError:
        return "movazi, from a copy of its repository\n"


def _is_demo(arguments: Sequence[str]) -> bool:
    """Return whether the first argument names a demo: it is no file, and has no ending."""
    name = next(iter(arguments), "")
    return re.fullmatch(r"[a-z0-9-]+/[a-z0-9-]+", name) is not None and not Path(name).exists()


def _with_site(command: Callable[[], int]) -> int:
    """Run a command that needs the site's packages."""
    try:
        import flask  # noqa: F401, PLC0415
        import gunicorn  # noqa: F401, PLC0415
    except ModuleNotFoundError as error:
        print(
            f"this needs the site's packages ({error.name} is missing): pip install 'movazi[site]'",
            file=sys.stderr,
        )
        return USAGE
    return command()


@ends_with_reader()
def _serve(arguments: Sequence[str]) -> int:
    from webapp.terminal.serve import serve  # noqa: PLC0415

    return serve(arguments)


def _run_flask_command(arguments: list[str]) -> int:
    from webapp.terminal.serve import run_flask_command  # noqa: PLC0415

    run_flask_command(arguments)


if __name__ == "__main__":
    sys.exit(main())
