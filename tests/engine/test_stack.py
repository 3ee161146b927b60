"""A program that looks at its own stack sees what it sees without the recorder."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.engine.conftest import Run, Write

LOOKS = {
    "inspect": "print([frame.function for frame in inspect.stack()])",
    "inspect, with lines": "print([frame.code_context for frame in inspect.stack()])",
    "traceback": "traceback.print_stack(); print(traceback.extract_stack()[-1].name)",
    "traceback of a frame": "traceback.print_stack(sys._getframe())",
    "walk": "print([f.f_code.co_name for f, _ in traceback.walk_stack(sys._getframe())])",
    "logging": "logging.basicConfig(format='%(funcName)s %(lineno)d'); logging.error('x')",
    "logging with a stack": "logging.error('x', stack_info=True)",
    "warnings": "warnings.warn('look', stacklevel=1)",
    "the caller": "print(sys._getframe().f_code.co_name, inspect.currentframe().f_lineno)",
}

PROGRAM = """
    import inspect, logging, sys, threading, traceback, warnings
    lock = threading.Lock()
    def look():
        with lock:
            LOOK
    class Looking(threading.Thread):
        def run(self):
            look()
    if PLACE == "main":
        look()
    elif PLACE == "thread":
        thread = Looking()
        thread.start(); thread.join()
    else:
        LOOK
"""


@pytest.mark.parametrize("place", ["main", "thread", "module"])
@pytest.mark.parametrize("name", LOOKS)
def test_a_program_sees_its_own_stack_only(run: Run, write: Write, name: str, place: str) -> None:
    source = PROGRAM.replace("LOOK", LOOKS[name], 1).replace("LOOK\n", LOOKS[name] + "\n")
    source = source.replace("PLACE", repr(place))
    program = write(source)
    plain = subprocess.run(
        [sys.executable, program.path], capture_output=True, text=True, check=False
    )
    own = program.path.name.replace("0", "1")
    recording = run(source)
    for stream, expected in (("stdout", plain.stdout), ("stderr", plain.stderr)):
        recorded = [line.text for line in recording.lines if line.stream == stream]
        assert recorded == expected.replace(program.path.name, own).splitlines()
    assert recording.exit_code == plain.returncode == 0
