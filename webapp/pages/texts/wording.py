"""The interface's own texts, one TOML file a language: `say("run.place", place=3)`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from webapp.lessons.text import LANGUAGES, WRITINGS, Language, Text

TEXTS = Path(__file__).parent

_DIGITS = "0123456789."

# First strong isolate and its end: a Latin name in a Persian sentence keeps its own direction
# and does not disturb what stands around it (Unicode Standard Annex 9).
_ISOLATE = "\u2068{}\u2069"


@dataclass(frozen=True)
class Wording:
    """All texts of one language."""

    language: Language
    texts: Mapping[str, str]

    def __call__(self, key: str, /, **values: object) -> str:
        """Give a text with its `{placeholders}` filled. Raises KeyError."""
        filled = {name: self._fill(value) for name, value in values.items()}
        return self.texts[key].format_map(filled)

    @property
    def direction(self) -> str:
        """What stands in `dir`."""
        return WRITINGS[self.language].direction

    @property
    def font(self) -> str:
        """The font's file in `static/vendor`, if the system's will not do."""
        return WRITINGS[self.language].font

    def number(self, value: float | Decimal) -> str:
        """Write a number for prose in the language's digits; a Decimal with all its own."""
        match value:
            case int():
                text = f"{value:,}".replace(",", "\u202f")
            case Decimal():
                text = f"{value:f}"
            case _:
                text = f"{value:.6g}"
        return self._digits(text)

    def version(self, value: str) -> str:
        """Write a version for prose: 3.13."""
        return self._digits(value)

    def seconds(self, value: float) -> str:
        """Write a duration for prose, to the millisecond."""
        return self("unit.seconds", value=self._digits(f"{value:.3f}"))

    def moment(self, value: datetime) -> str:
        """Write a date with its time of day, in UTC as it is given."""
        return self(
            "unit.moment",
            day=value.day,
            month=self(f"month.{value.month}"),
            year=self._digits(f"{value.year}"),
            time=self._digits(f"{value:%H:%M}"),
        )

    def _digits(self, text: str) -> str:
        digits = WRITINGS[self.language].digits or _DIGITS
        return text.translate(str.maketrans(_DIGITS, digits))

    def _fill(self, value: object) -> str:
        if isinstance(value, int | float | Decimal):
            return self.number(value)
        text = str(value)
        return _ISOLATE.format(text) if self.direction == "rtl" else text


def load_wordings() -> dict[Language, Wording]:
    """Read the texts of every language."""
    return {language: Wording(language, read_texts(language)) for language in LANGUAGES}


def in_every_language(wordings: Mapping[Language, Wording], key: str, **values: str) -> Text:
    """Give a text in all languages, as programs read it: no marks stand around its values."""
    return Text({language: say.texts[key].format_map(values) for language, say in wordings.items()})


def read_texts(language: Language) -> dict[str, str]:
    """Read one language's file as `{"table.key": text}`."""
    with (TEXTS / f"{language}.toml").open("rb") as file:
        return dict(_flat(tomllib.load(file)))


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, str):
            yield prefix + key, value
        else:
            yield from _flat(value, f"{prefix}{key}.")
