"""The wrong programs that a topic's `mistakes.toml` makes of its demos.

`[[mending]]` undoes what a demo fixes, so that one of its claims fails. `[[timing]]` breaks its
claims of time. In both, `instead` replaces `there` in the program of `demo`, and `values` are those
that show the mistake, if they are not the defaults.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.topics import TOPICS
from webapp.lessons.topic import Demo, Topic
from webapp.lessons.values import Value


@dataclass(frozen=True)
class Mistake:
    """One wrong program."""

    demo: Demo
    there: str
    instead: str
    values: dict[str, Value] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        """Write the wrong program into a folder."""
        assert self.there in self.demo.source
        folder.mkdir(exist_ok=True)
        path = folder / self.demo.path.name
        text = self.demo.source.replace(self.there, self.instead)
        path.write_text(text, encoding="utf-8")
        return path


def mistakes(kind: str, topics: Sequence[Topic] = TOPICS) -> Iterator[tuple[str, Mistake]]:
    """Yield the topics' mistakes of a kind, each with the name of its demo."""
    for topic in topics:
        path = topic.folder / "mistakes.toml"
        tables = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        assert tables.keys() <= {"mending", "timing"}, path
        for entry in tables.get(kind, ()):
            demo = topic.demo(entry["demo"])
            assert demo, f"{path}: no demo is called {entry['demo']}"
            values = {name: _value(value) for name, value in entry.get("values", {}).items()}
            assert values.keys() <= demo.defaults.keys(), path
            yield (
                topic.name_of(demo),
                Mistake(demo, entry["there"], entry["instead"], {**demo.defaults, **values}),
            )


def _value(given: Any) -> Value:
    return tuple(given) if isinstance(given, list) else given
