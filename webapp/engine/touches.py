"""What a line of a program touches that workers share: the text of a `Kind.STEPPED`.

    {"reads": [[name, value], …], "writes": [[name, before, after], …], "between": [name, …]}

A key without entries is left out, and a line that touches nothing has no text at all.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

MOST_LINES = 10_000
"""Lines of a run that are recorded."""

LIMIT, TRACED = "limit", "trace"
"""Why no more lines are recorded: the object of a `Kind.UNWATCHED`."""


class Read(NamedTuple):
    """A variable that a line has read, and its value as Python writes it."""

    name: str
    value: str | None


class Write(NamedTuple):
    """A variable that a line has written, and its values (None: it had none)."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Touched:
    """What a line reads and writes.

    The variables named in `between` are in memory that processes share; the others are those of the
    worker's process.
    """

    reads: Sequence[Read] = ()
    writes: Sequence[Write] = ()
    between: Sequence[str] = ()

    def dump(self) -> str:
        """Serialise it."""
        told = {"reads": self.reads, "writes": self.writes, "between": self.between}
        found = {key: value for key, value in told.items() if value}
        return json.dumps(found, ensure_ascii=False, separators=(",", ":")) if found else ""

    @classmethod
    def load(cls, text: str) -> Touched:
        """Deserialise it. Raises ValueError."""
        if not text:
            return NOTHING
        try:
            told = json.loads(text)
            return cls(
                tuple(Read(*each) for each in told.get("reads", ())),
                tuple(Write(*each) for each in told.get("writes", ())),
                tuple(told.get("between", ())),
            )
        except (TypeError, AttributeError) as error:
            raise ValueError(f"this is not what a line touches: {error}") from error


NOTHING = Touched()
