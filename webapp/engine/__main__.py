"""The engine's commands, for any program: `python -m webapp.engine …`.

PROGRAM.py …          prints the events of a run as JSON lines (`shell`)
record PROGRAM.py …   writes a page that shows the run (`webapp.recording`); also -m and -c
explore PROGRAM.py …  searches for the schedule that breaks a program (`explore`)
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

from webapp.recording.shortage import ELSEWHERE, lack

USAGE = 2
"""Exit code for a wrong command line, the same as argparse's."""

RECORD, EXPLORE = "record", "explore"


def main(arguments: Sequence[str], *, alone: bool = False) -> int:
    """Run a command and return its exit code; `alone`: this process is only for it."""
    if sys.version_info < (3, 11):  # noqa: UP036
        print("the engine needs Python 3.11 or newer", file=sys.stderr)
        return USAGE
    if arguments[:1] == [RECORD]:
        if sys.platform == "linux" and (why := lack()):
            print(why, file=sys.stderr)
            return USAGE
        if alone:
            gc.disable()  # the imports make much that stays
        from webapp.recording.command import record  # noqa: PLC0415

        return record(arguments[1:], alone=alone)
    # The imports below fail on other systems.
    if sys.platform != "linux":
        print(ELSEWHERE, file=sys.stderr)
        return USAGE
    if arguments[:1] == [EXPLORE]:
        from webapp.engine.explore import explore  # noqa: PLC0415

        return explore(arguments[1:])
    from webapp.engine.shell import show  # noqa: PLC0415

    return show(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], alone=True))
