"""The engine's commands, for any program: `python -m webapp.engine …`.

PROGRAM.py …          prints what the program does as JSON lines (`shell`)
record PROGRAM.py …   writes it into a page that shows it (`webapp.record`)
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

USAGE = 2
"""The exit code where the command itself is wrong, as argparse has it."""

RECORD = "record"


def main(arguments: Sequence[str]) -> int:
    """Carry out a command; give its exit code."""
    # Loaded when it is known that they can be: a student may call us with whatever is at hand.
    if sys.platform != "linux":
        print(
            "the engine needs Linux: elsewhere, use it in a GitHub Codespace or a container",
            file=sys.stderr,
        )
        return USAGE
    if sys.version_info < (3, 11):  # noqa: UP036
        print("the engine needs Python 3.11 or newer", file=sys.stderr)
        return USAGE
    if arguments[:1] == [RECORD]:
        from webapp.record.command import record  # noqa: PLC0415

        return record(arguments[1:])
    from webapp.engine.shell import show  # noqa: PLC0415

    return show(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
