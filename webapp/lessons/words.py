"""The words of a topic: `en.toml` and `fa.toml` of its folder, a text a key.

A key is written with dots, as in `demos.try-lock.title`. A key that is missing, that nothing uses,
or that stands in one language only is a `BrokenTopic`, with the file and the key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webapp.lessons.broken import BrokenTopic
from webapp.lessons.text import LANGUAGES, Text


class Words:
    """The words of one folder, in every language. `common` has those that many topics share."""

    def __init__(self, folder: Path, common: Words | None = None) -> None:
        self._files = {language: folder / f"{language}.toml" for language in LANGUAGES}
        self._said = {language: _read(path) for language, path in self._files.items()}
        self._used: set[str] = set()
        self._common = common

    def __contains__(self, key: str) -> bool:
        return any(key in said for said in self._said.values())

    def text(self, key: str) -> Text:
        """Give the text of a key. Raises BrokenTopic where a language does not have it."""
        for language, said in self._said.items():
            if key not in said:
                raise BrokenTopic(self._files[language], f"{key} is missing")
        self._used.add(key)
        return Text({language: said[key] for language, said in self._said.items()})

    def nearest(self, scope: str, key: str) -> Text:
        """Give the text of a key in a scope, else in the whole topic, else in the common words."""
        own = f"{scope}.{key}"
        if own not in self:
            if key in self:
                return self.text(key)
            if self._common and key in self._common:
                return self._common.text(key)
        return self.text(own)

    def check_used(self) -> None:
        """Raise BrokenTopic for a key that nothing has used."""
        for language, said in self._said.items():
            for key in said.keys() - self._used:
                raise BrokenTopic(self._files[language], f"nothing uses {key}")


@dataclass(frozen=True, slots=True)
class Scope:
    """The words as one demo sees them: its own table first."""

    words: Words
    name: str

    def own(self, key: str) -> Text:
        """Give a text that only the demo itself can have."""
        return self.words.text(f"{self.name}.{key}")

    def __getitem__(self, key: str) -> Text:
        return self.words.nearest(self.name, key)


def _read(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            return dict(_flat(path, tomllib.load(file)))
    except (OSError, ValueError) as error:
        raise BrokenTopic(path, f"{type(error).__name__}: {error}") from error


def _flat(path: Path, table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict):
            yield from _flat(path, value, f"{key}.")
        elif not isinstance(value, str) or not value.strip():
            raise BrokenTopic(path, f"{key} is not a text")
        else:
            yield key, value
