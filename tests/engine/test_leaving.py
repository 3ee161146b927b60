"""At its end a program leaves what it would leave without the recorder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.conftest import Run, Write
from webapp.engine.gil import has_gil

DAEMONS = "threads that are waited for, and one that is not"
METHODS = ("fork", "spawn", "forkserver")

ENDS = {
    "a file that nobody closes, and a generator that nobody finishes": """
        log = open(FILE, "w")
        log.write("in the buffer")
        def steps():
            try:
                yield "first step"
            finally:
                print("the generator was closed")
        going_on = steps()
        print(next(going_on))
        """,
    "objects that say goodbye": """
        import weakref
        class Thing:
            def __init__(self, name): self.name = name
            def __del__(self): print("gone:", self.name)
        class Other: pass
        first = Thing("first")
        cycle = [Thing("in a cycle")]
        cycle.append(cycle)
        _private = Thing("private")
        kept = Other()
        weakref.finalize(kept, print, "finalized")
        """,
    "an object whose end fails": """
        class Thing:
            def __del__(self): raise ValueError("at the end")
        thing = Thing()
        """,
    "exit functions, the last first, of which one fails": """
        import atexit
        atexit.register(print, "first")
        def fail(): raise KeyError("in an exit function")
        atexit.register(fail)
        atexit.register(print, "last")
        """,
    DAEMONS: """
        import threading
        log = open(FILE, "w")
        log.write("in the buffer")
        def late():
            threading.main_thread().join()
            print("late")
        threading.Thread(target=late).start()
        go_on = threading.Event()
        def loop():
            while True: go_on.wait()
        threading.Thread(target=loop, daemon=True).start()
        def compute():
            go_on.set()
            while True: pass
        threading.Thread(target=compute, daemon=True).start()
        class Thing:
            def __del__(self): print("gone")
        thing = Thing()
        go_on.wait()
        """,
    "an exception": """
        log = open(FILE, "w")
        log.write("in the buffer")
        raise ValueError("the end")
        """,
    "an exit code": """
        import sys
        def main():
            log = open(FILE, "w")
            log.write("in the buffer")
            return log
        log = main()
        sys.exit(3)
        """,
    "an exit by hand": """
        import os
        log = open(FILE, "w")
        log.write("lost")
        print("printed", flush=True)
        os._exit(4)
        """,
    "a child that is forked by hand": """
        import os, sys
        log = open(FILE, "w")
        class Thing:
            def __del__(self): print("gone", flush=True)
        thing = Thing()
        child = os.fork()
        if child:
            os.waitpid(child, 0)
        else:
            log.write("by the child")
        """,
    "standard output that is closed": """
        import sys
        print("before")
        sys.stdout.close()
        """,
    "streams that are taken away": """
        import sys
        print("before")
        sys.stdout = sys.stderr = None
        """,
}

CHILD = """
    import atexit, multiprocessing, sys
    class Thing:
        def __del__(self): print("gone", flush=True)
    def work():
        global log, thing
        log = open(FILE, "w")
        log.write("by the child")
        thing = Thing()
        atexit.register(print, "exit function", flush=True)
        print("worked", flush=True)
        sys.exit(3)
    if __name__ == "__main__":
        context = multiprocessing.get_context(METHOD)
        child = context.Process(target=work)
        child.start()
        child.join()
        print(child.exitcode)
"""


def ends_alike(run: Run, write: Write, tmp_path: Path, source: str) -> None:
    """Compare a program's end with the one that plain Python gives it."""
    file = tmp_path / "file.txt"
    source = source.replace("FILE", repr(str(file)))
    program = write(source)
    plain = subprocess.run(
        [sys.executable, program.path],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    left = file.read_text() if file.exists() else None
    file.unlink(missing_ok=True)
    program.path.unlink()
    recording = run(source)
    for stream, expected in (("stdout", plain.stdout), ("stderr", plain.stderr)):
        recorded = [line.text for line in recording.lines if line.stream == stream]
        assert _comparable(recorded) == _comparable(expected.splitlines())
    assert recording.exit_code == plain.returncode
    assert (file.read_text() if file.exists() else None) == left


def _comparable(lines: list[str]) -> list[str]:
    """Lines without addresses, and without the source: an interpreter that ends cannot read it."""
    return [line.partition(" at 0x")[0] for line in lines if not line.startswith("    ")]


@pytest.mark.parametrize("name", ENDS)
def test_a_program_leaves_what_it_leaves_in_plain_python(
    run: Run, write: Write, tmp_path: Path, name: str
) -> None:
    if name == DAEMONS and not has_gil():
        pytest.skip("what is left beside threads that do not end comes to no end there")
    ends_alike(run, write, tmp_path, ENDS[name])


@pytest.mark.parametrize("method", METHODS)
def test_a_child_leaves_what_it_leaves_in_plain_python(
    run: Run, write: Write, tmp_path: Path, method: str
) -> None:
    ends_alike(run, write, tmp_path, CHILD.replace("METHOD", repr(method)))
