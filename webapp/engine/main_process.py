"""The main process of a run: what `python PROGRAM.py` would do, with the recorder installed.

It is forked from the warm launcher, so the interpreter's own start is what it skips; its end it
does by hand, in the interpreter's order: threads, exit functions, streams.
"""

from __future__ import annotations

import atexit
import builtins
import hashlib
import os
import platform
import resource
import signal
import sys
import threading
import time
from collections.abc import Mapping
from importlib.machinery import SourceFileLoader
from multiprocessing import process
from pathlib import Path
from types import CodeType, ModuleType

from webapp.engine import recorder
from webapp.engine.events import Kind
from webapp.engine.machines import has_gil
from webapp.engine.pressure import read_pressure
from webapp.engine.program import ProgramError, with_parameters
from webapp.engine.recorder import channel, tracebacks
from webapp.engine.wire import Began, Prepare, Request, dump_began

# Looked up once, in the launcher: platform asks the file system.
PYTHON = platform.python_version()
IMPLEMENTATION = platform.python_implementation()
FREE_THREADED = not has_gil()


def prepare(prepared: Prepare) -> None:
    """Do what can be done before it is known which program is to run."""
    seat = Path(prepared.seat)
    # A group of its own in the launcher's session: the kernel shares the processors out among
    # sessions first (sched(7), autogroup), and two hundred would leave the web process little.
    os.setpgid(0, 0)
    _limit(prepared.resources)
    for number, name in ((1, "stdout"), (2, "stderr")):
        fifo = os.open(seat / name, os.O_WRONLY)
        os.dup2(fifo, number)
        os.close(fifo)
    # Every run is forked from one launcher, and must not share its key with the others.
    process.current_process().authkey = os.urandom(32)
    # A fork leaves the main thread with the native id of the one that forked.
    threading.main_thread()._set_native_id()  # type: ignore[attr-defined]
    recorder.report_to(str(seat / "events"), observe=prepared.observe)


def run_program(request: Request) -> int:
    """Run the program in this process, which must be prepared; give its exit code."""
    os.chdir(request.work)
    if request.temporary:
        os.environ["TMPDIR"] = request.temporary
    recorder.begin(request.path)
    code = _watch(request)
    return _leave_process(code)


def _limit(resources: Mapping[str, int]) -> None:
    """Have the kernel hold this process and all its children to limits, as far as it may go."""
    for name, value in resources.items():
        number = getattr(resource, name)
        _, most = resource.getrlimit(number)
        # SIGXCPU comes first, and lets a program that wants to say a last word.
        hard = value + 1 if number == resource.RLIMIT_CPU else value
        if most != resource.RLIM_INFINITY:
            hard = min(hard, most)
        resource.setrlimit(number, (min(value, hard), hard))


def _watch(request: Request) -> int:
    source = Path(request.path).read_bytes()
    began = Began(
        time=time.monotonic_ns(),
        pid=os.getpid(),
        sha256=hashlib.sha256(source).hexdigest(),
        python=PYTHON,
        implementation=IMPLEMENTATION,
        free_threaded=FREE_THREADED,
        pressure=read_pressure(),
    )
    channel.write(dump_began(began))
    channel.emit(Kind.STARTED, "process")
    try:
        return _execute(request, source)
    finally:
        channel.emit(Kind.ENDED)


def _execute(request: Request, source: bytes) -> int:
    try:
        code = _compiled(request, source)
        exec(code, _main_module(request).__dict__)
    except SystemExit as stop:
        return _exit_code(stop.code)
    except BaseException as error:
        tracebacks.report(error)
        sys.excepthook(type(error), error, error.__traceback__)
        return -signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _compiled(request: Request, source: bytes) -> CodeType:
    if not request.parameters:
        return compile(source, request.path, "exec", dont_inherit=True)
    try:
        text = with_parameters(source.decode("utf-8"), request.parameters)
    except ProgramError as error:
        raise SystemExit(str(error)) from None
    return compile(text, request.path, "exec", dont_inherit=True)


def _main_module(request: Request) -> ModuleType:
    """A `__main__` like the interpreter's own: spawned children find the program by its path."""
    module = ModuleType("__main__")
    module.__file__ = request.path
    module.__loader__ = SourceFileLoader("__main__", request.path)
    vars(module).update(__builtins__=builtins, __cached__=None, __annotations__={})
    sys.modules["__main__"] = module
    sys.argv[:] = [request.path, *request.arguments]
    if not sys.flags.safe_path:
        sys.path[0:0] = [str(Path(request.path).parent)]
    return module


def _exit_code(given: object) -> int:
    """What `sys.exit(given)` makes the interpreter's exit code."""
    if given is None:
        return 0
    if isinstance(given, int):
        return given & 0xFF
    print(given, file=sys.stderr)
    return 1


def _leave_process(code: int) -> int:
    """End as the interpreter does: threads first, then exit functions, then the streams."""
    try:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
    except BaseException as error:
        tracebacks.clean(error)
        sys.excepthook(type(error), error, error.__traceback__)
        code = code or 1
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            code = code or 120  # as the interpreter says that it could not flush
    return code
