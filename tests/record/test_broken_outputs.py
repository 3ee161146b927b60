"""Standard streams that cannot be written: the program meets what it meets under plain Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.record.commanding import COMMAND, ROOT
from tests.record.conftest import Write

PROGRAMS = {
    "few lines": "for number in range(20): print(number)",
    "more than a buffer": "for number in range(3000): print(number)",
    "many": "for number in range(30_000): print(number)",
    "flushed": "print('a', flush=True)\nprint('b', flush=True)",
    "without a newline": "import sys\nsys.stdout.write('a')\nsys.stdout.flush()",
    "on standard error": "import sys\nprint('a', file=sys.stderr)\nprint('b')",
    "caught": "try: print('x' * 10_000)\nexcept OSError: raise SystemExit(5)",
    "nothing": "pass",
    "in a thread": """
        import threading
        def work():
            for number in range(3000): print(number)
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    """,
    "replaced": """
        import os
        print("a", flush=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    """,
    "what they are": """
        import os, sys
        ends = [stream is None for stream in (sys.stdout, sys.stderr, sys.__stdout__)]
        raise SystemExit(os.open(os.devnull, os.O_RDONLY) * 8 + ends[0] + 2 * ends[1] + 4 * ends[2])
    """,
    "in children": """
        import multiprocessing
        def work():
            print("child")
        if __name__ == "__main__":
            for method in ("fork", "spawn"):
                child = multiprocessing.get_context(method).Process(target=work)
                child.start()
                child.join()
    """,
}


@pytest.mark.parametrize("buffered", ["", "1"])
@pytest.mark.parametrize("redirection", [">/dev/full", ">&-", "2>/dev/full", "2>&-"])
def test_it_ends_as_under_plain_python(
    write: Write, page: Path, redirection: str, buffered: str
) -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": buffered}
    for name, source in PROGRAMS.items():
        program = str(write(source))
        plain = _run([sys.executable, program], redirection, environment)
        recorded = _run([*COMMAND, program, "-o", str(page)], redirection, environment)
        assert recorded.returncode == plain.returncode, (name, recorded.stderr)
        assert recorded.stdout == plain.stdout, name
        assert _errors(recorded) == _errors(plain), name
        assert page.exists()
        page.unlink()


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_where_no_reader_was_ever_there_it_ends_as_under_plain_python(
    write: Write, page: Path, stream: str
) -> None:
    for name, source in PROGRAMS.items():
        program = str(write(source))
        plain = _run_unread([sys.executable, program], stream)
        recorded = _run_unread([*COMMAND, "--quiet", program, "-o", str(page)], stream)
        assert recorded == plain, name


def _run_unread(command: list[str], stream: str) -> int:
    """Return the exit code of a command one of whose streams is a pipe without a reader."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        streams: dict[str, Any] = {
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
            stream: writer,
        }
        return subprocess.run(command, cwd=ROOT, check=False, **streams).returncode
    finally:
        os.close(writer)


def _errors(run: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in run.stderr.splitlines() if line.startswith("OSError")]


def _run(
    command: list[str], redirection: str, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", f'"$@" {redirection}', "sh", *command],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
