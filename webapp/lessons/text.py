"""Texts in every language; a text must have all of them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Language = str
"""A language's code in URLs and in `lang`, such as "en"."""


@dataclass(frozen=True, slots=True)
class Writing:
    """A language's direction, digits and font; see `languages.toml`."""

    direction: Literal["ltr", "rtl"]
    digits: str = ""
    font: str = ""


def _read() -> dict[Language, Writing]:
    with Path(__file__).with_name("languages.toml").open("rb") as file:
        return {language: Writing(**table) for language, table in tomllib.load(file).items()}


WRITINGS: Mapping[Language, Writing] = _read()
LANGUAGES: tuple[Language, ...] = tuple(WRITINGS)
DEFAULT_LANGUAGE: Language = LANGUAGES[0]


def directed(text: str, language: Language) -> str:
    """Return a text whose calls, such as join(), keep their parentheses at the right.

    In a text from right to left they would stand at the left of the name: a mark follows them.
    """
    return text.replace("()", "()\u200e") if WRITINGS[language].direction == "rtl" else text


class Text(Mapping[Language, str]):
    """A text in every language: `text["fa"]`. Raises KeyError if a language is missing."""

    __slots__ = ("_said",)

    def __init__(self, said: Mapping[Language, str]) -> None:
        self._said = {language: said[language] for language in LANGUAGES}

    def __getitem__(self, language: Language) -> str:
        return self._said[language]

    def __iter__(self) -> Iterator[Language]:
        return iter(self._said)

    def __len__(self) -> int:
        return len(self._said)

    def __hash__(self) -> int:
        return hash(tuple(self._said.values()))

    def __repr__(self) -> str:
        return f"Text({self._said!r})"


def in_digits(number: int, language: Language) -> str:
    """Return a number in the language's digits."""
    digits = WRITINGS[language].digits
    return (
        str(number).translate(str.maketrans("0123456789", digits[:10])) if digits else str(number)
    )


UNSAID = Text(dict.fromkeys(LANGUAGES, ""))
"""Placeholder in declarations; `worded` replaces it when the topic is loaded."""
