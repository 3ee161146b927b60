"""The engine's commands, for any program: `python -m webapp.engine …`.

PROGRAM.py …          prints the events of a run as JSON lines (`shell`)
record PROGRAM.py …   writes a page that shows the run (`webapp.recording`); also -m and -c
explore PROGRAM.py …  searches for the schedule that breaks a program (`explore`)
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

USAGE = 2
"""Exit code for a wrong command line, the same as argparse's."""

RECORD, EXPLORE = "record", "explore"

ELSEWHERE = """\
Programs are recorded on Linux only: the recorder uses what only its kernel tells of processes.
On macOS and Windows a container can do it, such as Docker's, from the folder of your program:

  docker run --rm -it -v "$PWD:/work" -w /work python:3 \\
      sh -c "pip install movazi && movazi record my_program.py"

On Windows, WSL can too. GitHub Codespaces are Linux."""
"""What a user of another system is told."""


def main(arguments: Sequence[str], *, alone: bool = False) -> int:
    """Run a command and return its exit code; `alone`: this process is only for it."""
    # The imports below fail on other systems and old Pythons: check those first.
    if sys.platform != "linux":
        print(ELSEWHERE, file=sys.stderr)
        return USAGE
    if sys.version_info < (3, 11):  # noqa: UP036
        print("the engine needs Python 3.11 or newer", file=sys.stderr)
        return USAGE
    if arguments[:1] == [RECORD]:
        from webapp.recording.shortage import lack_of_files  # noqa: PLC0415

        if lack := lack_of_files():  # before the imports, which open files
            print(lack, file=sys.stderr)
            return USAGE
        if alone:
            gc.disable()  # the imports make much that stays
        from webapp.recording.command import record  # noqa: PLC0415

        return record(arguments[1:], alone=alone)
    if arguments[:1] == [EXPLORE]:
        from webapp.engine.explore import explore  # noqa: PLC0415

        return explore(arguments[1:])
    from webapp.engine.shell import show  # noqa: PLC0415

    return show(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], alone=True))
