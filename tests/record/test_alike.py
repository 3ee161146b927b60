"""What a recorded program sees of itself and its surroundings is what it sees in plain Python."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.record.commanding import COMMAND, ROOT, read, record
from tests.record.conftest import Write

STREAMS = ("stdout", "stderr")

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
    "its collector of garbage": """
        import gc
        print(gc.isenabled(), gc.get_threshold(), gc.callbacks)
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
    "its output after it has closed all descriptors": """
        import os, sys
        os.closerange(3, 4096)
        print("still here")
        for descriptor in range(3, 4096):
            try:
                os.close(descriptor)
            except OSError as error:
                assert error.errno == 9
        print("and here", flush=True)
        if os.fork() == 0:
            os.closerange(3, os.sysconf("SC_OPEN_MAX"))
            print("in a child")
            sys.exit()
        os.wait()
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
    assert _without_addresses(recorded.stdout) == _without_addresses(plain.stdout)
    assert _without_addresses(recorded.stderr)[:-1] == _without_addresses(plain.stderr)
    assert recorded.returncode == plain.returncode


ON_A_TERMINAL = """
    import multiprocessing, os, shutil, sys

    def show():
        print(sys.stdout.isatty(), sys.stderr.isatty(), os.isatty(1), os.get_terminal_size())
        print(sys.stdout.buffer.isatty(), open(os.devnull).isatty(), shutil.get_terminal_size())

    if __name__ == "__main__":
        show()
        for method in ("fork", "spawn"):
            child = multiprocessing.get_context(method).Process(target=show)
            child.start()
            child.join()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        print(sys.stdout.isatty(), os.isatty(1), file=sys.stderr)
    """


def test_its_streams_are_terminals_where_the_commands_are(write: Write, page: Path) -> None:
    program = write(ON_A_TERMINAL)
    recorded = [*COMMAND, str(program), "-o", str(page)]
    plain = [sys.executable, str(program)]
    for outputs in (("stdout",), ("stderr",), ("stdout", "stderr")):
        assert _on_a_terminal(recorded, outputs) == _on_a_terminal(plain, outputs)


def _on_a_terminal(command: list[str], outputs: tuple[str, ...]) -> list[str]:
    """Run a command with these outputs on a terminal of 20 lines of 60; return what they print."""
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (20, 60))
    out, err = (theirs if name in outputs else subprocess.DEVNULL for name in STREAMS)
    with subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=err) as process:
        os.close(theirs)
        text = b"".join(_read_all(ours))
        process.wait()
    os.close(ours)
    lines = text.decode().splitlines()
    return [line for line in lines if not line.startswith("Recorded")]


def _read_all(terminal: int) -> Iterator[bytes]:
    with contextlib.suppress(OSError):  # EIO: nobody has it open any more
        while data := os.read(terminal, 1 << 16):
            yield data


def test_the_page_shows_what_a_terminal_would_be_left_with(write: Write, page: Path) -> None:
    record(write(r"print('10 %\r20 %\r\x1b[31mall\x1b[0m of it')"), "-o", page)
    assert read(page).transcript == ["all of it"]


def test_no_exception_of_a_group_shows_our_frames(write: Write, page: Path) -> None:
    program = write("""
        import asyncio
        async def fail():
            raise ValueError
        async def fail_with_a_cause():
            try:
                await asyncio.create_task(fail())
            except ValueError as error:
                raise KeyError from error
        async def main():
            async with asyncio.TaskGroup() as group:
                group.create_task(fail())
                group.create_task(fail_with_a_cause())
        asyncio.run(main())
    """)
    plain = subprocess.run([sys.executable, program], capture_output=True, text=True, check=False)
    recorded = record(program, "-o", page, "--quiet")
    assert recorded.stderr == plain.stderr
    assert recorded.returncode == plain.returncode == 1


def _without_addresses(text: str) -> list[str]:
    return re.sub("0x[0-9a-f]+", "0x…", text).splitlines()
