"""A program to run: a file, with arguments for its `main()` or for its command line.

Parameters are put into the program's last line: `main()` becomes `main(threads=4)`. The file is not
changed; spawned children import it and do not execute that line.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from webapp.engine.machines import ANYWHERE, Needs
from webapp.engine.schedules import Direction, Search

Literal = bool | int | float | str | None | list["Literal"] | tuple["Literal", ...]

CALL = "    main()\n"

CODE = "<string>"
"""The name of the file of `python -c`, in tracebacks and in our events."""


class ProgramError(ValueError):
    """The program cannot take the parameters; the message says why."""


@dataclass(frozen=True)
class Program:
    """A file, keyword arguments of its `main()`, command line arguments, and requirements.

    With `module` the file is that module's, and is run as by `python -m`. With `code` there is no
    file, and that is run as by `python -c`.
    `directed` is how its threads are scheduled, or searched; None leaves that to the system. In
    `slow_motion` each of its lines is recorded (see `slow_motion`).
    """

    path: Path
    parameters: Mapping[str, object] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    needs: Needs = ANYWHERE
    module: str = ""
    code: str | None = None
    directed: Direction | Search | None = None
    slow_motion: bool = False

    @property
    def sha256(self) -> str:
        """The SHA-256 of the file, in hexadecimal."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


def with_parameters(source: str, parameters: Mapping[str, object]) -> str:
    """Return the source with the parameters in its last line.

    Raises ProgramError if the last line is not the guard's `main()`.
    """
    if not parameters:
        return source
    if not source.endswith(CALL):
        raise ProgramError("parameters need a program whose last line is `    main()`")
    arguments = ", ".join(f"{name}={_written(value)}" for name, value in parameters.items())
    return source.removesuffix(CALL) + f"    main({arguments})\n"


def _written(value: object) -> str:
    # JSON turns tuples into lists; the program's own default is a tuple.
    return repr(tuple(value) if isinstance(value, list) else value)


def main_defaults(source: str) -> dict[str, Literal]:
    """Return the keyword arguments of the program's `main` and their defaults, without running it.

    Raises ProgramError if there is no `main` or an argument has no literal default.
    """
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == "main":
            return _defaults(node.args)
    raise ProgramError("the program has no function called main")


def _defaults(arguments: ast.arguments) -> dict[str, Literal]:
    names = [argument.arg for argument in arguments.args]
    if len(names) != len(arguments.defaults):
        raise ProgramError("an argument of main has no default")
    try:
        values = [ast.literal_eval(default) for default in arguments.defaults]
    except ValueError:
        raise ProgramError("a default of main is not a literal") from None
    return dict(zip(names, values, strict=True))
