"""Finds, reads and compiles the program before anything runs."""

from __future__ import annotations

import io
import sys
import tokenize
import traceback
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

from webapp.engine.program import CODE, Program

USAGE = 2
"""The exit code if the command itself is wrong, as in argparse."""

BROKEN = 1
"""The exit code if the program does not compile, as in plain Python."""


class Refused(ValueError):
    """The command cannot be carried out. Nothing was run or written."""

    def __init__(self, why: str, code: int = USAGE) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True)
class Target:
    """What is to be run, and its source.

    `words` name it on Python's command line; it imports its own files from `folder`.
    """

    program: Program
    source: str
    words: tuple[str, ...]
    folder: Path


def find_file(path: Path, arguments: Sequence[str]) -> Target:
    """Return the program of `python PATH`. Raises Refused."""
    program = Program(path, arguments=tuple(arguments))
    return Target(program, read_source(path), (path.name,), path.parent)


def find_module(name: str, arguments: Sequence[str]) -> Target:
    """Return the program of `python -m NAME`. Raises Refused. Imports nothing."""
    # The first entry is the folder of our own command, where plain Python has the current one.
    search = sys.path if sys.flags.safe_path else [str(Path.cwd()), *sys.path[1:]]
    full, spec = name, _found(name, search)
    if spec is not None and spec.submodule_search_locations is not None:
        full, spec = f"{name}.__main__", _found(f"{name}.__main__", search)
        if spec is None:
            raise Refused(f"{name} is a package without a __main__.py, and cannot be run by -m")
    if spec is None:
        raise Refused(f"there is no module {name}")
    if not spec.origin or not spec.origin.endswith(".py"):
        raise Refused(f"the module {name} has no Python source, so there is nothing to show")
    path = Path(spec.origin)
    program = Program(path, arguments=tuple(arguments), module=name)
    return Target(program, read_source(path), ("-m", name), path.parents[full.count(".")])


def find_code(code: str, arguments: Sequence[str]) -> Target:
    """Return the program of `python -c CODE`. Raises Refused."""
    try:
        _compile(Path(CODE), code.encode())
    except UnicodeEncodeError:
        raise Refused("the code after -c is not UTF-8 text") from None
    program = Program(Path("-c"), arguments=tuple(arguments), code=code)
    return Target(program, code, ("-c", code), Path.cwd())


def _found(name: str, search: Sequence[str] | None) -> ModuleSpec | None:
    """Find a module without importing its packages, as `importlib.util.find_spec` would."""
    *packages, last = name.split(".")
    for at, package in enumerate(packages, 1):
        spec = PathFinder.find_spec(".".join([*packages[: at - 1], package]), search)
        if spec is None or spec.submodule_search_locations is None:
            return None
        search = list(spec.submodule_search_locations)
    return PathFinder.find_spec(".".join([*packages, last]), search)


def read_source(path: Path) -> str:
    """Return the text of a Python program. Raises Refused."""
    try:
        content = path.read_bytes()
    except IsADirectoryError:
        raise Refused(f"{path} is a folder; name the file of the program in it") from None
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}") from None
    text = _decoded(path, content)
    _compile(path, content)
    return text


def _decoded(path: Path, content: bytes) -> str:
    """Read bytes as Python does: as UTF-8, or as the file's first lines say."""
    try:
        # Newer Pythons refuse null bytes here, too. They are told of when it is compiled.
        without_null = content.replace(b"\0", b" ")
        encoding, _ = tokenize.detect_encoding(io.BytesIO(without_null).readline)
        return io.TextIOWrapper(io.BytesIO(content), encoding).read()
    except (SyntaxError, UnicodeDecodeError) as error:
        raise Refused(
            f"{path} is not UTF-8 text, and names no other encoding that fits: {error}", BROKEN
        ) from None


def _compile(path: Path, content: bytes) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the program itself will show them
            compile(content, str(path), "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        told = "".join(traceback.format_exception_only(error)).rstrip()
        raise Refused(f"{path} does not compile, so nothing was run:\n{told}", BROKEN) from None
