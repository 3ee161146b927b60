"""Finds what the recorder cannot see of a program, from the names in its source.

Names that are only used dynamically, as by `getattr` or `eval`, are not found.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from webapp.recording.source import Refused, read_source

FILES_READ = 200
"""The most files of one program that are read."""


class Unseen(NamedTuple):
    """Something that is not seen. The texts have a sentence for each `reason`."""

    reason: str
    names: tuple[str, ...] = ()


REASONS: Mapping[str, tuple[str, ...]] = {
    "programs": (
        "subprocess",
        "os.system",
        "os.popen",
        "os.exec*",
        "os.spawn*",
        "os.posix_spawn*",
        "pty.spawn",
    ),
    "forks": ("os.forkpty", "pty.fork"),
    "raw_locks": ("_thread.allocate_lock", "_thread.allocate", "_thread.LockType", "_thread.RLock"),
    "interpreters": (
        "concurrent.interpreters",
        "concurrent.futures.InterpreterPoolExecutor",
        "_interpreters",
    ),
    "network": (
        "socket",
        "ssl",
        "select",
        "selectors",
        "socketserver",
        "http",
        "urllib.request",
        "xmlrpc",
        "ftplib",
        "imaplib",
        "poplib",
        "smtplib",
    ),
    "keyboard": ("input", "sys.stdin", "getpass"),
    "file_locks": ("fcntl", "mmap"),
    "shared_memory": ("multiprocessing.shared_memory", "multiprocessing.sharedctypes"),
    "signals": ("signal",),
}
"""The names of the standard library that imply each reason."""

# Built-in functions need no import.
FUNCTIONS = {"input"}

FOREIGN = "foreign"
OTHER_FILES = "other_files"
C_CODE = ("ctypes",)


def find_unseen(program: Path, source: str, folder: Path | None = None) -> tuple[Unseen, ...]:
    """Return what the recorder cannot see of a program, in the order of REASONS.

    The program imports its own files from `folder`; that is where it stands itself, if not given.
    """
    files = _Files(program, source, folder or program.parent)
    found = [
        Unseen(reason, names)
        for reason, patterns in REASONS.items()
        if (names := tuple(_matching(patterns, files.used)))
    ]
    if foreign := sorted(files.foreign | set(_matching(C_CODE, files.used))):
        found.append(Unseen(FOREIGN, tuple(foreign)))
    if files.own:
        found.append(Unseen(OTHER_FILES, tuple(sorted(files.own))))
    return tuple(found)


class _Files:
    """The program's files, those that it imports from its folder included.

    `used` are the full names that they use of modules, `own` the names of the other files,
    `foreign` those of modules that are neither the program's nor the standard library's.
    """

    def __init__(self, program: Path, source: str, folder: Path) -> None:
        self._folder = folder.resolve()
        self._seen = {program.resolve()}
        self.used: set[str] = set()
        self.own: set[str] = set()
        self.foreign: set[str] = set()
        rest = [source]
        while rest and len(self._seen) <= FILES_READ:
            rest += self._read(rest.pop())

    def _read(self, source: str) -> Iterator[str]:
        """Collect the names in a source; yield the sources of the files that it imports."""
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):  # a cell that could not be run
            return
        imported = set(_imported(tree))
        self.used |= imported | set(_used(tree))
        for name in imported - {"__main__"}:
            file = self._file(name)
            if file is None:
                self.foreign |= {name.partition(".")[0]} - sys.stdlib_module_names
            elif file not in self._seen:
                self._seen.add(file)
                self.own.add(file.relative_to(self._folder).as_posix())
                yield from _source(file)

    def _file(self, name: str) -> Path | None:
        """Return the file of a module, if it is in the program's folder."""
        parts = name.split(".")
        while parts:
            path = self._folder.joinpath(*parts)
            for file in (path.with_suffix(".py"), path / "__init__.py"):
                if file.is_file():
                    return file.resolve()
            parts.pop()
        return None


def _source(file: Path) -> Iterator[str]:
    try:
        yield read_source(file)
    except Refused:
        return  # the program itself will fail to import it


def _imported(tree: ast.AST) -> Iterator[str]:
    """Yield the full names of all imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _used(tree: ast.AST) -> Iterator[str]:
    """Yield the full names of used attributes of modules, and of used FUNCTIONS."""
    modules = dict(_module_names(tree))
    for node in ast.walk(tree):
        match node:
            case ast.Attribute():
                yield from _full_name(node, modules)
            case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
                yield name


def _module_names(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield each name that a module is bound to, with the module's full name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (top, top)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _full_name(node: ast.expr, modules: Mapping[str, str]) -> Iterator[str]:
    """Yield the full name of an expression such as `futures.wait`, if it is of a module."""
    if isinstance(node, ast.Name) and node.id in modules:
        yield modules[node.id]
    elif isinstance(node, ast.Attribute):
        yield from (f"{name}.{node.attr}" for name in _full_name(node.value, modules))


def _matching(patterns: Iterable[str], used: Iterable[str]) -> Iterator[str]:
    """Yield the patterns that match; for a pattern with a star, the names that match it."""
    names = sorted(used)
    for pattern in patterns:
        if "*" in pattern:
            yield from (name for name in names if fnmatchcase(name, pattern))
        elif any(name == pattern or name.startswith(f"{pattern}.") for name in names):
            yield pattern
