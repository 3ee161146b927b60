"""Reads and compiles the program's file before anything runs."""

from __future__ import annotations

import io
import tokenize
import traceback
import warnings
from pathlib import Path

USAGE = 2
"""The exit code if the command itself is wrong, as in argparse."""

BROKEN = 1
"""The exit code if the program does not compile, as in plain Python."""


class Refused(Exception):
    """The command cannot be carried out. Nothing was run or written."""

    def __init__(self, why: str, code: int = USAGE) -> None:
        super().__init__(why)
        self.code = code


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
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
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
