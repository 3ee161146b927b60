"""A program to run: a file, with arguments for its `main()` or for its command line.

Parameters are given to a program by its last line: `main()` becomes `main(threads=4)`. The file
itself stays as it is; spawned children import it by its path and never reach that line.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from webapp.engine.machines import ANYWHERE, Needs

Literal = bool | int | float | str | None | list["Literal"] | tuple["Literal", ...]

CALL = "    main()\n"


class ProgramError(ValueError):
    """The program cannot take the parameters; says why."""


@dataclass(frozen=True)
class Program:
    """A file, the keyword arguments of its `main()`, its command line's arguments, its needs."""

    path: Path
    parameters: Mapping[str, object] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    needs: Needs = ANYWHERE

    @property
    def sha256(self) -> str:
        """The hash of the file's bytes."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


def with_parameters(source: str, parameters: Mapping[str, object]) -> str:
    """The same source with the parameters in its last line, and no other change.

    Raises ProgramError where the last line is not the guard's `main()`.
    """
    if not parameters:
        return source
    if not source.endswith(CALL):
        raise ProgramError("parameters need a program whose last line is `    main()`")
    arguments = ", ".join(f"{name}={_written(value)}" for name, value in parameters.items())
    return source.removesuffix(CALL) + f"    main({arguments})\n"


def _written(value: object) -> str:
    # A tuple that has come through JSON is a list; the program's own default is a tuple.
    return repr(tuple(value) if isinstance(value, list) else value)


def main_defaults(source: str) -> dict[str, Literal]:
    """The keyword arguments of the program's `main`, with their defaults, read and not run.

    Raises ProgramError where there is no `main` or an argument has no literal default.
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
