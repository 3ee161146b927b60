"""The texts of a topic, by key, from `en.toml` and `fa.toml` of its folder.

Keys of nested tables are joined by dots, as in `demos.try-lock.title`. A key that is missing,
unused, or in one language only raises `BrokenTopic` with the file and the key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webapp.lessons.broken import BrokenTopic
from webapp.lessons.text import LANGUAGES, UNSAID, Text, directed


class Words:
    """The texts of one folder, in every language. `common` has those that topics share."""

    def __init__(self, folder: Path, common: Words | None = None) -> None:
        self._files = {language: folder / f"{language}.toml" for language in LANGUAGES}
        self._said = {language: _read(path) for language, path in self._files.items()}
        self._used: set[str] = set()
        self._common = common

    def __contains__(self, key: str) -> bool:
        return any(key in said for said in self._said.values())

    def text(self, key: str) -> Text:
        """Return the text of a key. Raises BrokenTopic if a language lacks it."""
        for language, said in self._said.items():
            if key not in said:
                raise BrokenTopic(self._files[language], f"{key} is missing")
        self._used.add(key)
        return Text(
            {language: directed(said[key], language) for language, said in self._said.items()}
        )

    def nearest(self, scope: str, key: str) -> Text:
        """Return the text of a key in a scope, else in the topic, else in the common texts.

        Raises BrokenTopic if a language lacks it.
        """
        own = f"{scope}.{key}"
        if own not in self:
            if key in self:
                return self.text(key)
            if self._common and key in self._common:
                return self._common.text(key)
        return self.text(own)

    def if_said(self, scope: str, key: str) -> Text:
        """Return the text of a key in a scope, or UNSAID. Raises BrokenTopic as `text` does."""
        own = f"{scope}.{key}"
        return self.text(own) if own in self else UNSAID

    def check_used(self) -> None:
        """Raise BrokenTopic if a key is unused."""
        for language, said in self._said.items():
            for key in said.keys() - self._used:
                raise BrokenTopic(self._files[language], f"nothing uses {key}")


@dataclass(frozen=True, slots=True)
class Scope:
    """The texts for one demo: those of its own table first."""

    words: Words
    name: str

    def own(self, key: str) -> Text:
        """Return a text of the demo's own table. Raises BrokenTopic if it is missing."""
        return self.words.text(f"{self.name}.{key}")

    def if_said(self, key: str) -> Text:
        """Return a text of the demo's own table, or UNSAID."""
        return self.words.if_said(self.name, key)

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
