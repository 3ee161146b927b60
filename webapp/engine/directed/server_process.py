"""The process of a search's fork server: an interpreter of its own, which has loaded little.

A fork, and the end of its child, take the longer the more memory and libraries a process has. The
launcher has loaded all that programs use. This process loads what directs threads, and the modules
that the program itself imports, if they are loaded for every run.
"""

from __future__ import annotations

import importlib
import marshal
import mmap
import os
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple, NoReturn

from webapp.engine import interpreter
from webapp.engine.bare_fork import bare_fork
from webapp.engine.directed.fork_server import ForkServer, serve
from webapp.engine.directed.points import Points, compiled
from webapp.engine.entry import execute, make_main
from webapp.engine.recorder import threads_only
from webapp.engine.request import Request


class Job(NamedTuple):
    """What to run: `text` is the program's source, with its parameters.

    The modules `ahead` are loaded before it. With `hides_seed` it has no PYTHONHASHSEED.
    """

    request: Request
    text: str | bytes
    ahead: Sequence[str]
    hides_seed: bool


class Files(NamedTuple):
    """Open files: the job, those of ForkServer and its shared memory, and the pipes of `serve`."""

    job: int
    events: int
    result: int
    shared: int
    asked: int
    answer: int


def start(job: Job, files: Files) -> int:
    """Start the process, and return its pid. This one must have one thread. Raises OSError."""
    told: Any = (tuple(job.request), *job[1:])
    os.write(files.job, marshal.dumps(told))
    call = f"main{tuple(files)}"
    command = interpreter.command(__name__, call, interpreter.flags())
    environment = interpreter.environment()
    pid = bare_fork()
    if pid == 0:
        try:
            for file in files:
                os.set_inheritable(file, True)
            os.execve(sys.executable, command, environment)
        finally:
            os._exit(1)
    return pid


def main(*numbers: int) -> NoReturn:
    """Be the process: serve until the other end of `asked` is closed."""
    files = Files(*numbers)
    for file in files:
        os.set_inheritable(file, False)
    request, text, ahead, hides_seed = _read(files.job)
    if hides_seed:
        interpreter.hide_seed()
    for name in ahead:
        importlib.import_module(name)
    threads_only.install(files.events, request.path, request.terminals, request.outlets)
    code, tree = compiled(text, request.path)
    names = vars(make_main(request))
    server = ForkServer(
        Points(code, tree),
        partial(execute, code, names),
        (files.events, files.result),
        mmap.mmap(files.shared, 0),
    )
    serve(server, files.asked, files.answer)


def _read(file: int) -> Job:
    request, *others = marshal.loads(os.pread(file, os.fstat(file).st_size, 0))
    return Job(Request(*request), *others)
