"""What a recorded program sees of itself and its surroundings is what it sees in plain Python."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.record.commanding import record
from tests.record.conftest import Write

SHAPES = {
    "its own stack, frame by frame": """
        import sys, threading

        def names(frame):
            while frame:
                yield frame.f_code.co_name
                frame = frame.f_back

        def show():
            print(*names(sys._getframe()))

        show()
        thread = threading.Thread(target=show)
        thread.start()
        thread.join()
        try:
            1 / 0
        except ZeroDivisionError as error:
            print(*names(error.__traceback__.tb_frame))
        """,
    "a depth that its stack has not": """
        import sys, traceback, inspect
        try:
            print(sys._getframe(1))
        except ValueError as error:
            print(error)
        traceback.print_stack()
        print(len(inspect.stack()))
        """,
    "a warning about its caller's caller": """
        import warnings
        warnings.warn("look out", stacklevel=3)
        """,
    "a dump of its stacks": """
        import faulthandler, os
        reader, writer = os.pipe()
        faulthandler.dump_traceback(file=writer)
        print(*os.read(reader, 9999).decode().splitlines()[1:])
        """,
    "a hook for exceptions of its own": """
        import sys, traceback

        def hook(kind, error, trace):
            frame, depth = sys._getframe(), 0
            print(kind.__name__, error, len(traceback.extract_tb(trace)), sys.exc_info())

        sys.excepthook = hook
        raise ValueError("mine")
        """,
    "a hook for exceptions that cannot be raised": """
        import sys

        def hook(unraisable):
            print("unraisable:", unraisable.exc_value, unraisable.err_msg)

        class Last:
            def __del__(self):
                raise ValueError("in __del__")

        Last()
        sys.unraisablehook = hook
        Last()
        raise SystemExit("and an end")
        """,
    "nothing that an exception before it has left": """
        import sys
        print(*(hasattr(sys, f"last_{name}") for name in ("type", "value", "traceback", "exc")))
        print(sys.exc_info(), sys.excepthook is sys.__excepthook__)
        """,
    "its command line": """
        import sys
        print(sys.argv[1:], sys.orig_argv[-len(sys.argv):] == sys.argv, __spec__, __name__)
        """,
    "a recursion without end": """
        def on(): on()
        try:
            on()
        except RecursionError as error:
            print(error)
        """,
}


@pytest.mark.parametrize("source", SHAPES.values(), ids=SHAPES)
def test_a_program_sees_what_it_sees_in_plain_python(source: str, write: Write, page: Path) -> None:
    program = write(source)
    plain = subprocess.run(
        [sys.executable, program, "one", "two"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    recorded = record(program, "one", "two", "-o", page, stdin=subprocess.DEVNULL)
    assert recorded.stdout == plain.stdout
    assert _without_addresses(recorded.stderr)[:-1] == _without_addresses(plain.stderr)
    assert recorded.returncode == plain.returncode


def _without_addresses(text: str) -> list[str]:
    return re.sub("0x[0-9a-f]+", "0x…", text).splitlines()
