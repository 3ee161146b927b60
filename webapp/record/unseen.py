"""What the recorder cannot see of a program, told from what the program names.

The program is read and not run, so what it reaches by other ways (`getattr`, a string that is
evaluated) is not found.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from webapp.record.source import Refused, read_source

FILES_READ = 200
"""Of a program that is made of many."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """Something that is not seen: the texts have a sentence for each `reason`."""

    reason: str
    names: tuple[str, ...] = ()


REASONS: Mapping[str, tuple[str, ...]] = {
    "tasks": ("asyncio",),
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
    "managers": ("multiprocessing.Manager", "multiprocessing.managers"),
    "imap": ("imap", "imap_unordered"),
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
"""For each reason, the names of the standard library that bring it about."""

# What no import tells: of any object, and of no module.
METHODS = {"imap", "imap_unordered"}
FUNCTIONS = {"input"}

FOREIGN = "foreign"
OTHER_FILES = "other_files"
C_CODE = ("ctypes",)


def find_unseen(program: Path, source: str) -> tuple[Unseen, ...]:
    """List what is not seen of a program with that source, in the order of REASONS."""
    files = _Files(program, source)
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
    """The program's files, those that it imports from its own folder included.

    `used` are the full names that they use of modules, `own` the names of the other files,
    `foreign` those of modules that are neither the program's nor the standard library's.
    """

    def __init__(self, program: Path, source: str) -> None:
        self._folder = program.resolve().parent
        self._seen = {program.resolve()}
        self.used: set[str] = set()
        self.own: set[str] = set()
        self.foreign: set[str] = set()
        rest = [source]
        while rest and len(self._seen) <= FILES_READ:
            rest += self._read(rest.pop())

    def _read(self, source: str) -> Iterator[str]:
        """Note what a source uses; give the sources of the files that it imports."""
        tree = ast.parse(source)
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
        """The file in the program's folder that a module is, if it is one."""
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
        return  # it has nothing that could be read; the program itself will find that, too


def _imported(tree: ast.AST) -> Iterator[str]:
    """The full names of all modules, and of all things in them, that are imported by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _used(tree: ast.AST) -> Iterator[str]:
    """The full names of what is used of modules, and the METHODS and FUNCTIONS."""
    modules = dict(_module_names(tree))
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) if name in METHODS:
                yield name
            case ast.Attribute():
                yield from _full_name(node, modules)
            case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
                yield name


def _module_names(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Each name that stands for a module, with the module's own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (top, top)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _full_name(node: ast.expr, modules: Mapping[str, str]) -> Iterator[str]:
    """What `futures.wait` is: `concurrent.futures.wait`; nothing where it is of no module."""
    if isinstance(node, ast.Name) and node.id in modules:
        yield modules[node.id]
    elif isinstance(node, ast.Attribute):
        yield from (f"{name}.{node.attr}" for name in _full_name(node.value, modules))


def _matching(patterns: Iterable[str], used: Iterable[str]) -> Iterator[str]:
    """The patterns that something used matches; of one with a star, what does."""
    names = sorted(used)
    for pattern in patterns:
        if "*" in pattern:
            yield from (name for name in names if fnmatchcase(name, pattern))
        elif any(name == pattern or name.startswith(f"{pattern}.") for name in names):
            yield pattern
