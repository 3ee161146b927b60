"""The commands of interpreters that call a function of ours, with a seed of hash() that we know.

A search runs a program in an interpreter of its own, and what it finds is replayed in another one.
The order of a set of texts must be the same in both, so they need the same seed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

SEED, GREATEST = "PYTHONHASHSEED", (1 << 32) - 1

ROOT = os.path.realpath(f"{__file__}/../../..")

_seed: dict[str, str] = {}
"""The variable that programs of this process must not inherit; empty if there is none."""


def command(module: str, call: str, flags: list[str]) -> list[str]:
    """Return the command that calls a function of one of our modules, in an interpreter."""
    # Not `python -m`: that would put our folder or the current one on the programs' sys.path.
    code = (
        f"import sys; sys.path[: not sys.flags.safe_path] = [{ROOT!r}]; "
        f"from {module} import {call.partition('(')[0]}; del sys.path[0]; {call}"
    )
    return [sys.executable, *flags, "-c", code]


def flags() -> list[str]:
    """Return the flags of this interpreter, as they are written on its command line."""
    import subprocess  # noqa: PLC0415  (a search does not load it)

    return subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined,no-any-return]


def with_seed(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of an interpreter whose programs must not inherit its seed."""
    seed = 1 + int.from_bytes(os.urandom(4), "little") % GREATEST
    return {SEED: str(seed), **environment}


def hide_seed() -> None:
    """Take the seed that `with_seed` chose from the environment of this process."""
    _seed.update({SEED: os.environ.pop(SEED)})


def has_hidden_seed() -> bool:
    """Return whether `hide_seed` was called."""
    return bool(_seed)


def environment() -> dict[str, str]:
    """Return the environment of an interpreter that has our seed."""
    return {**os.environ, **_seed}
