"""What a program runs in: its environment variables, user, folder and standard streams."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from webapp.engine import wire
from webapp.engine.program import CODE, Program
from webapp.engine.request import Request
from webapp.engine.schedules import as_request


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The environment variables, the `user` ("": our own) and the working folder of programs.

    Without `work` each run gets an empty folder, which is also its folder for temporary files and
    is removed afterwards. `stdin` is a file descriptor. `output` is called with the stream's name
    and the text of all output as it comes, beyond the limit of events too; it returns the number of
    the error that keeps it from passing that on, 0 without one. With `inherits` a
    program has our ignored and blocked signals and our umask, as from a shell, and somebody may
    press Ctrl-C. With `forks` the launcher is a fork of this process (see `forked`), and it runs
    programs in slow motion only with `slow_motion`: any other can.
    """

    environment: Mapping[str, str]
    user: str = ""
    work: Path | None = None
    stdin: int = subprocess.DEVNULL
    output: Callable[[str, str], int] | None = None
    inherits: bool = False
    forks: bool = False
    slow_motion: bool = False

    def request(self, program: Program) -> Request:
        """Return the request to run a program."""
        # Plain Python does not resolve links for sys.argv and __file__.
        path = str(program.path.absolute()) if self.inherits else _resolved(program.path)
        if program.code is not None:
            path = CODE
        return Request(
            path=path,
            name=str(program.path) if self.inherits else path,
            folder=_folder(program.path),
            parameters=dict(program.parameters),
            arguments=list(program.arguments),
            module=program.module,
            code=program.code,
            terminals=dict(_terminals()) if self.output is not None else {},
            outlets=None if self.output is None else [*_open_streams()],
            directed=as_request(program.directed),
            slow_motion=program.slow_motion,
        )


def _open_streams() -> Iterator[str]:
    return (name for name in wire.STREAMS if getattr(sys, name) is not None)


def _terminals() -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield our own streams that are terminals, with their columns and lines."""
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        if os.isatty(descriptor):
            columns, lines = os.get_terminal_size(descriptor)
            yield name, (columns, lines)


def bare(user: str = "") -> Surroundings:
    """Return surroundings for visitors' programs: without the server's environment variables."""
    kept = ("PATH", "LANG", "LC_ALL", "TZ")
    found = {name: os.environ[name] for name in kept if name in os.environ}
    # By default glibc reserves 64 MB of address space for each thread, up to 8 × cores times (see
    # mallopt(3)); on many cores that exceeds the memory limit.
    environment = {"LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "4", **found}
    return Surroundings(environment, user)


@lru_cache(maxsize=1024)
def _resolved(path: Path) -> str:
    """Return the path without links; cached, since it needs a system call for each part."""
    return str(path.resolve())


@lru_cache(maxsize=1024)
def _folder(path: Path) -> str:
    return str(path.resolve().parent)
