"""What is printed is reported as it is written: whole lines, torn ones and glued ones."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.conftest import Run, Write
from tests.engine.running import finish, kinds, texts
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.events import Kind
from webapp.engine.gil import has_gil
from webapp.engine.surroundings import bare

THREADS, PRINTS = 4, 4000

FOUR_THREADS = f"""
    import threading
    def work(number):
        for turn in range({PRINTS}):
            print(f"<{{number}} {{turn}}>")
    threads = [threading.Thread(target=work, args=(number,)) for number in range({THREADS})]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""

USUAL: dict[str, str] = {}
UNBUFFERED = {"PYTHONUNBUFFERED": "1"}


def in_a_terminal(program: Path, environment: Mapping[str, str]) -> list[str]:
    """The lines that plain Python prints to a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, program], stdout=theirs, env={**bare().environment, **environment}
    ):
        os.close(theirs)
        printed = b""
        while data := _read(ours):
            printed += data
    os.close(ours)
    return printed.decode().replace("\r\n", "\n").removesuffix("\n").split("\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # the program has ended
        return b""


def kind_of(line: str) -> str:
    """What has become of a line, for each is printed as `<number turn>`."""
    if re.fullmatch(r"<\d+ \d+>", line):
        return "whole"
    return "torn or glued" if line else "empty"


@pytest.mark.parametrize("environment", [USUAL, UNBUFFERED], ids=["usual", "unbuffered"])
def test_lines_of_threads_come_as_they_do_in_a_terminal(
    make_runner_around: Callable[[Mapping[str, str]], EmbeddedRunner],
    write: Write,
    environment: Mapping[str, str],
) -> None:
    program = write(FOUR_THREADS)
    runner = make_runner_around(environment)
    lines = texts(finish(runner, runner.start(program)))
    plain = in_a_terminal(program.path, environment)
    if has_gil():  # without one it is left to chance which lines come
        assert set(map(kind_of, lines)) == set(map(kind_of, plain))
    assert len(lines) == len(plain) == THREADS * PRINTS
    for printed in (lines, plain):
        messages = re.findall(r"<\d+ \d+>", "\n".join(printed))
        assert len(messages) == len(set(messages)) == THREADS * PRINTS


@pytest.fixture
def make_runner_around(
    request: pytest.FixtureRequest,
) -> Callable[[Mapping[str, str]], EmbeddedRunner]:
    """Make a runner whose programs find some variables more in their environment."""

    def make(more: Mapping[str, str]) -> EmbeddedRunner:
        around = bare()
        runner = EmbeddedRunner(around=replace(around, environment={**around.environment, **more}))
        request.addfinalizer(runner.close)
        return runner

    return make


def test_a_line_is_one_event_in_the_thread_that_ends_it(run: Run) -> None:
    recording = run("""
        import threading
        print("one", 2, 3.0)
        print("begun, ", end="")
        thread = threading.Thread(target=print, args=("ended",), name="other")
        thread.start(); thread.join()
    """)
    printed = kinds(recording.events, Kind.PRINTED)
    assert [(event.worker, event.text, event.line) for event in printed] == [
        ("MainThread", "one 2 3.0\n", 2),
        ("other", "begun, ended\n", 0),
    ]


STREAMS = {
    "a wrapper for UTF-8": """
        import io, sys
        print("before")
        sys.stdout.flush()
        sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", line_buffering=True)
        print("سلام")
        """,
    "a wrapper around the interpreter's own stream": """
        import io, sys
        sys.stdout = io.TextIOWrapper(sys.__stdout__.buffer, "utf-8", line_buffering=True)
        print("سلام")
        """,
    "a stream that is detached": """
        import io, sys
        out = io.TextIOWrapper(sys.stdout.detach(), "utf-8")
        sys.stdout = out
        print("after")
        """,
    "the streams that the interpreter began with": """
        import sys
        print("out", file=sys.__stdout__)
        print("error", file=sys.__stderr__)
        print(sys.stdout is sys.__stdout__, sys.stderr is sys.__stderr__)
        """,
    "a stream that is set up anew": """
        import sys
        print(sys.stdout.encoding, sys.stdout.errors, sys.stderr.encoding, sys.stderr.errors)
        sys.stdout.reconfigure(errors="replace", encoding="ascii")
        print("سلام", sys.stdout.encoding, sys.stdout.errors)
        """,
    "what a stream says of itself": """
        import sys
        for stream in (sys.stdout, sys.stderr):
            print(stream.name, stream.mode, stream.fileno(), stream.isatty(), stream.closed)
            print(stream.seekable(), stream.readable(), stream.writable(), stream.newlines)
            print(type(stream), type(stream.buffer).__name__, type(stream.buffer.raw).__name__)
        """,
    "a descriptor that leads elsewhere": """
        import os, sys, tempfile
        with tempfile.TemporaryFile("w+") as file:
            kept = os.dup(1)
            os.dup2(file.fileno(), 1)
            print("into the file", flush=True)
            os.dup2(kept, 1)
            file.seek(0)
            print("read back:", file.read())
        """,
    "output that is caught": """
        import contextlib, io
        with contextlib.redirect_stdout(io.StringIO()) as caught:
            print("caught")
        print(repr(caught.getvalue()))
        """,
    "a writer of a codec": """
        import codecs, sys
        sys.stdout = codecs.getwriter("utf-8")(sys.stdout.buffer)
        print("سلام")
        """,
    "a class that writes twice": """
        import sys
        class Tee:
            def __init__(self, *streams): self.streams = streams
            def write(self, text):
                for stream in self.streams: stream.write(text)
            def flush(self):
                for stream in self.streams: stream.flush()
        sys.stdout = Tee(sys.stdout, sys.stderr)
        print("twice")
        """,
    "a stream that is closed": """
        import sys
        print("before")
        sys.stdout.close()
        try:
            print("after")
        except ValueError as error:
            print(error, file=sys.stderr)
        """,
    "bytes and letters in pieces": """
        import sys
        for piece in ("سلام\\n".encode()[at : at + 1] for at in range(9)):
            sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
        print(sys.stdout.buffer.write(b"abc\\n"), sys.stdout.buffer.write(memoryview(b"de\\n")))
        try:
            sys.stdout.buffer.write("text")
        except TypeError as error:
            print(error)
        """,
    "what is no text": """
        import sys
        for wrong in (3, b"bytes", None):
            try:
                sys.stdout.write(wrong)
            except TypeError as error:
                print(error)
        try:
            print("\\ud800", file=sys.stdout)
        except UnicodeEncodeError as error:
            print(error.reason)
        """,
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_standard_stream_is_used_as_without_the_recorder(
    write: Write, run: Run, name: str
) -> None:
    plain = subprocess.run(
        [sys.executable, write(STREAMS[name]).path],
        capture_output=True,
        env=dict(bare().environment),
        stdin=subprocess.DEVNULL,
        check=False,
    )
    recording = run(STREAMS[name])
    for stream, expected in (("stdout", plain.stdout), ("stderr", plain.stderr)):
        recorded = [line.text for line in recording.lines if line.stream == stream]
        assert recorded == expected.decode("utf-8", "replace").splitlines(), stream
    assert recording.exit_code == plain.returncode


def test_a_signals_handler_that_prints_or_raises_loses_no_line_and_doubles_none(run: Run) -> None:
    recording = run("""
        import signal
        class Enough(Exception): pass
        came = interrupted = turn = 0
        goes_on = True
        def handle(number, frame):
            global came
            came += 1
            print(f"<handler {came}>")
            if goes_on:  # only now: a slow machine would come to no end of handlers in handlers
                signal.setitimer(signal.ITIMER_REAL, 0.001)
            if frame.f_lineno == PRINTS and frame.f_code is loop.__code__:
                raise Enough
        def loop():
            global interrupted, turn
            while turn < 1000 or interrupted < 5:
                turn += 1
                try:
                    print(f"<{turn}>")
                except Enough:
                    interrupted += 1
        PRINTS = loop.__code__.co_firstlineno + 5
        signal.signal(signal.SIGALRM, handle)
        signal.setitimer(signal.ITIMER_REAL, 0.001)
        loop()
        goes_on = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        print(came, interrupted, turn)
    """)
    assert recording.exit_code == 0
    *lines, last = texts(recording)
    came, interrupted, turn = map(int, last.split())
    messages = re.findall(r"<.*?>", "\n".join(lines))
    assert len(set(messages)) == len(messages)
    # A handler may tear a line, as in plain Python: print() writes its text, then str() of the end,
    # which looks for signals. An exception that comes before a line keeps it from being printed.
    assert turn + came - interrupted <= len(messages) <= turn + came


def test_what_is_printed_and_what_passes_the_streams_stand_in_their_order(run: Run) -> None:
    recording = run("""
        import os, subprocess
        for number in range(5):
            print("printed", number)
            subprocess.run(["echo", "by echo", str(number)])
            print("printed again", number)
            os.write(1, b"written\\n")
            os.write(2, b"written to stderr\\n")
    """)
    expected = []
    for number in range(5):
        expected += [f"printed {number}", f"by echo {number}", f"printed again {number}"]
        expected += ["written"]
    lines = [line.text for line in recording.lines if line.stream == "stdout"]
    assert lines == expected
    errors = [at for at, line in enumerate(recording.lines) if line.stream == "stderr"]
    assert len(errors) == 5
    again = [at for at, line in enumerate(recording.lines) if line.text.startswith("printed ")]
    assert all(error > before for error, before in zip(errors, again[1::2], strict=True))


def test_a_program_that_writes_all_the_time_does_not_stop_the_lines_of_others(run: Run) -> None:
    recording = run("""
        import subprocess, time
        yes = subprocess.Popen(["sh", "-c", "while :; do echo y; done"])
        for number in range(3):
            time.sleep(0.01)
            print("mine", number, flush=True)
        yes.kill()
        yes.wait()
    """)
    assert recording.exit_code == 0
    assert {"mine 0", "mine 1", "mine 2"} <= {line.text for line in recording.lines}
