"""The interface's texts, one TOML file per language: `say("run.place", place=3)`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from webapp.lessons.text import LANGUAGES, WRITINGS, Language, Text, directed

TEXTS = Path(__file__).parent

_DIGITS = "0123456789."

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
UNITS = ("s", "ms", "µs", "MB")
"""The units of figures, as programs write them, in the order of `unit.long` and `unit.short`."""

_FREE_NUMBER = re.compile(
    r"(?<![\w#.-])(?P<number>\d+(?:\.\d+)?)(?![\w#-])(?: (?P<unit>s|ms|µs|MB)\b)?"
)

# First strong isolate and its end (Unicode Standard Annex 9): a Latin name in a Persian sentence
# keeps its own direction and does not change that of the text around it.
_LEFT_TO_RIGHT = "\u200e"
_ISOLATE = "\u2068{}\u2069"


@dataclass(frozen=True)
class Wording:
    """All texts of one language."""

    language: Language
    texts: Mapping[str, str]

    def __call__(self, key: str, /, **values: object) -> str:
        """Return a text with its `{placeholders}` filled. Raises KeyError."""
        return self.fill(self.texts[key], values)

    def fill(self, text: str, values: Mapping[str, object]) -> str:
        """Return another text of this language with its `{placeholders}` filled."""
        if "{" not in text:
            return text
        return text.format_map({name: self._fill(value) for name, value in values.items()})

    @property
    def direction(self) -> str:
        """The value of HTML's `dir`: "ltr" or "rtl"."""
        return WRITINGS[self.language].direction

    @property
    def font(self) -> str:
        """The font's file in `static/vendor`, or "" for the system's font."""
        return WRITINGS[self.language].font

    def number(self, value: float | Decimal) -> str:
        """Format a number in the language's digits. A Decimal keeps all of its digits."""
        match value:
            case int():
                text = f"{value:,}".replace(",", "\u202f")
            case Decimal():
                text = f"{value:f}"
            case _:
                text = f"{value:.6g}"
        # A minus sign after a Persian word belongs to the left of its number.
        mark = _LEFT_TO_RIGHT if value < 0 and self.direction == "rtl" else ""
        return mark + self._digits(text)

    def entered(self, text: str) -> str:
        """Return numbers as they are entered, such as "0.5, 2", in the language's digits."""
        comma = self("list.separator") if WRITINGS[self.language].digits else ", "
        parts = text.split(", ")
        return comma.join(self._digits(p) if _NUMBER.fullmatch(p) else p for p in parts)

    def figures(self, text: str) -> str:
        """Return a text with its free-standing numbers, and their units, in the language.

        Those in names, such as Thread-1, stay as the program has them.
        """
        return self._with_units(text, self._long_units)

    def times(self, text: str) -> str:
        """Return the same with short units, for the time axis."""
        return self._with_units(text, self._short_units)

    @cached_property
    def _long_units(self) -> Mapping[str, str]:
        return dict(zip(UNITS, self("unit.long").split(), strict=True))

    @cached_property
    def _short_units(self) -> Mapping[str, str]:
        return dict(zip(UNITS, self("unit.short").split(), strict=True))

    def _with_units(self, text: str, units: Mapping[str, str]) -> str:
        def write(found: re.Match[str]) -> str:
            number = self._digits(found["number"])
            return f"{number} {units[found['unit']]}" if found["unit"] else number

        return _FREE_NUMBER.sub(write, text)

    def version(self, value: str) -> str:
        """Format a version such as 3.13."""
        return self._digits(value)

    def seconds(self, value: float) -> str:
        """Format a duration given in seconds, to the millisecond."""
        return self._seconds % self._digits(f"{value:.3f}")

    @cached_property
    def _seconds(self) -> str:
        return self("unit.seconds", value="%s")

    def moment(self, value: datetime) -> str:
        """Format a date with its time of day. `value` is in UTC."""
        return self(
            "unit.moment",
            day=value.day,
            month=self(f"month.{value.month}"),
            year=self._digits(f"{value.year}"),
            time=self._digits(f"{value:%H:%M}"),
        )

    def _digits(self, text: str) -> str:
        return text.translate(self._own_digits) if self._own_digits else text

    @cached_property
    def _own_digits(self) -> Mapping[int, int]:
        """What `str.translate` makes of a number; empty if the language writes it as it is."""
        digits = WRITINGS[self.language].digits
        return str.maketrans(_DIGITS, digits) if digits else {}

    def _fill(self, value: object) -> str:
        if isinstance(value, str):  # most often, and quickly told
            return self._isolated(value)
        if isinstance(value, int | float | Decimal):
            return self.number(value)
        return self._isolated(str(value))

    @cached_property
    def _isolated(self) -> Callable[[str], str]:
        """What is made of a value that may be in another direction."""
        return _ISOLATE.format if self.direction == "rtl" else str


def load_wordings() -> dict[Language, Wording]:
    """Read the texts of every language."""
    return {language: load_wording(language) for language in LANGUAGES}


def load_wording(language: Language) -> Wording:
    """Read the texts of one language."""
    return Wording(language, read_texts(language))


def in_every_language(wordings: Mapping[Language, Wording], key: str, **values: str) -> Text:
    """Return a text in all languages, for programs: without the isolate marks around its values."""
    return Text({language: say.texts[key].format_map(values) for language, say in wordings.items()})


def read_texts(language: Language) -> dict[str, str]:
    """Read one language's file. Returns `{"table.key": text}`."""
    with (TEXTS / f"{language}.toml").open("rb") as file:
        texts = _flat(tomllib.load(file))
        return {key: directed(text, language) for key, text in texts}


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, str):
            yield prefix + key, value
        else:
            yield from _flat(value, f"{prefix}{key}.")
