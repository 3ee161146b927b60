"""The main process of a run: does what `python PROGRAM.py` does, with the recorder installed.

It is forked from the warm launcher, so it skips the interpreter's start. `leaving` does the
interpreter's finalization by hand.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import random
import resource
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from multiprocessing import process
from typing import TYPE_CHECKING, NoReturn

from webapp.engine import bottom
from webapp.engine.entry import compile_entry, judge, make_main
from webapp.engine.events import Kind
from webapp.engine.gil import has_gil
from webapp.engine.leaving import leave
from webapp.engine.pressure import read_pressure
from webapp.engine.program import ProgramError, with_parameters
from webapp.engine.recorder import channel, installation
from webapp.engine.request import Request
from webapp.engine.wire import OUTPUTS, STREAMS, Began, Prepare, dump_began

if TYPE_CHECKING:
    from webapp.engine.directed.running import Directed
    from webapp.engine.slow_motion.tracing import SlowMotion

# Read once, in the launcher: `platform` reads files.
PYTHON = platform.python_version()
IMPLEMENTATION = platform.python_implementation()
FREE_THREADED = not has_gil()

# None: not loaded.
_directed_class: type[Directed] | None = None
_slow_motion: type[SlowMotion] | None = None


def load_directed() -> None:
    """Import what runs a program by a schedule, before the recorder hides our packages."""
    global _directed_class  # noqa: PLW0603  (loaded once, in the launcher)
    from webapp.engine.directed.running import Directed  # noqa: PLC0415

    _directed_class = Directed


def load_slow_motion() -> None:
    """Likewise, import what records the lines of a program."""
    global _slow_motion  # noqa: PLW0603  (likewise)
    from webapp.engine.slow_motion.tracing import SlowMotion  # noqa: PLC0415

    _slow_motion = SlowMotion


try:
    # OpenSSL's is faster for long data, but to use it once takes longer than all the rest.
    sha256 = hashlib.__get_builtin_constructor("sha256")  # type: ignore[attr-defined]
except ValueError:  # this Python was built without it
    sha256 = hashlib.sha256

close = os.close
"""The original: the recorder replaces it in programs."""

Limit = tuple[int, int]
"""The soft and the hard limit of a resource: see setrlimit(2)."""


def prepare_slot(prepared: Prepare) -> Limit | None:
    """Prepare this process, a supervisor, for the main processes that are forked from it.

    Each of them would pay for this again. Returns the limit that is left to be set in the main
    processes: the supervisor takes longer than a run may.
    """
    # Without a reader, open() waits for one, for ever if the web process has ended.
    paths = [f"{prepared.slot}/{name}" for name in OUTPUTS]
    readers = [os.open(path, os.O_RDONLY | os.O_NONBLOCK) for path in paths]
    for number, name in ((1, "stdout"), (2, "stderr")):
        fifo = os.open(f"{prepared.slot}/{name}", os.O_WRONLY)
        os.dup2(fifo, number)
        close(fifo)
    own = f"{prepared.slot}/work"
    os.chdir(prepared.work or own)
    if prepared.work is None:
        os.environ["TMPDIR"] = own
    limits = dict(_limits(prepared.resources))
    cpu = limits.pop(resource.RLIMIT_CPU, None)
    for number, both in limits.items():
        resource.setrlimit(number, both)
    installation.report_to(f"{prepared.slot}/events", observe=prepared.observe)
    for reader in readers:
        close(reader)
    return cpu


class Flags:
    """The flags of the FIFOs of `prepare_slot`: runs share them (fcntl(2), F_SETFL)."""

    def __init__(self) -> None:
        fifos = (1, 2, *channel.descriptors())
        self._before = [(fifo, fcntl.fcntl(fifo, fcntl.F_GETFL)) for fifo in fifos]

    def restore(self) -> None:
        """Set what a run has changed as it was before."""
        for fifo, flags in self._before:
            if fcntl.fcntl(fifo, fcntl.F_GETFL) != flags:
                fcntl.fcntl(fifo, fcntl.F_SETFL, flags)


def _limits(resources: Mapping[str, int]) -> Iterator[tuple[int, Limit]]:
    """Yield the arguments of `setrlimit`; limits never exceed the present ones of this process.

    `resources` are the limits by their names in the module `resource`.
    """
    for name, value in resources.items():
        number = getattr(resource, name)
        _, old_hard = resource.getrlimit(number)
        # At the soft limit the program gets SIGXCPU, which it may handle; a second later, SIGKILL.
        hard = value + 1 if number == resource.RLIMIT_CPU else value
        if old_hard != resource.RLIM_INFINITY:
            hard = min(hard, old_hard)
        yield number, (min(value, hard), hard)


def prepare(cpu: Limit | None) -> None:
    """Prepare this process, a `bare_fork` of a supervisor, for a program that is not known yet."""
    # A new process group, but the launcher's session: the kernel first divides processor time
    # among sessions (sched(7), autogroup), and 200 sessions would starve the web process.
    os.setpgid(0, 0)
    if cpu is not None:
        resource.setrlimit(resource.RLIMIT_CPU, cpu)
    # All runs are forked from one launcher: each needs a key of its own.
    process.current_process().authkey = os.urandom(32)
    # `bare_fork` has called none of the functions that os.fork() calls. Most only make locks anew,
    # none of which was held.
    random.seed()
    threading.main_thread()._set_native_id()  # type: ignore[attr-defined]


def run_program(request: Request) -> NoReturn:
    """Run the program in this process, and end it. `prepare` must come first.

    Raises Unwinding, which must not be caught (see `bottom`).
    """
    for descriptor, name in enumerate(STREAMS, 1):
        if request.outlets is not None and name not in request.outlets:
            close(descriptor)
    installation.begin(
        request.path,
        request.terminals,
        request.outlets,
        slow_motion=request.slow_motion,
    )
    source = _source(request)
    slowly = _slowly(request, source)
    if directed := _directed(request, source, slowly):
        _run_directed(directed, request, source)
    _report_begin(source)
    try:
        code = compile_entry(request, _text(request, source))
    except BaseException as error:
        _end(judge(error))
    if slowly:
        slowly.begin()
    bottom.run(code, make_main(request).__dict__, judge, _end)


def _slowly(request: Request, source: bytes) -> SlowMotion | None:
    """Return slow motion for the program; None without it, or if the program cannot be read."""
    if request.slow_motion:
        assert _slow_motion is not None
        with suppress(SyntaxError, SystemExit):  # the plain execution reports them
            return _slow_motion(_text(request, source), request.path)
    return None


def _directed(request: Request, source: bytes, slowly: SlowMotion | None) -> Directed | None:
    """Return the program as its scheduler runs it; None if it has none, or cannot be read."""
    if request.directed is not None:
        assert _directed_class is not None
        with suppress(SyntaxError, SystemExit):  # the plain execution reports them
            return _directed_class(request, _text(request, source), slowly)
    return None


def _run_directed(directed: Directed, request: Request, source: bytes) -> NoReturn:
    """Run a program by its schedule, or search, and end this process."""
    names = vars(make_main(request))
    _report_begin(source)
    code = directed.run(names)
    if directed.searches:
        channel.emit(Kind.ENDED)
    _end(code)


def _report_begin(source: bytes) -> None:
    began = Began(
        time=time.monotonic_ns(),
        pid=os.getpid(),
        sha256=sha256(source).hexdigest(),
        python=PYTHON,
        implementation=IMPLEMENTATION,
        free_threaded=FREE_THREADED,
        pressure=read_pressure(),
    )
    channel.write(dump_began(began))
    channel.emit(Kind.STARTED, "process")


def _end(code: int) -> NoReturn:
    """End the process."""
    try:
        code = leave(code)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        if code < 0:
            signal.signal(-code, signal.SIG_DFL)
            os.kill(os.getpid(), -code)
            code = 128 - code  # the signal is blocked
        os._exit(code)


def _source(request: Request) -> bytes:
    if request.code is not None:
        return request.code.encode()
    with open(request.path, "rb", buffering=0) as file:  # noqa: PTH123  (each run pays for this)
        return file.readall()


def _text(request: Request, source: bytes) -> str | bytes:
    """Return the source with the request's parameters. Raises SystemExit."""
    if not request.parameters:
        return source
    try:
        return with_parameters(source.decode("utf-8"), request.parameters)
    except ProgramError as error:
        raise SystemExit(str(error)) from None
