"""Texts in both languages, as equals: one cannot be given without the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Language = Literal["en", "fa"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Text:
    """The same said in English and in Persian: `text["fa"]`."""

    en: str
    fa: str

    def __post_init__(self) -> None:
        if not self.en.strip() or not self.fa.strip():
            raise ValueError(f"a text needs both languages: {self!r}")

    def __getitem__(self, language: Language) -> str:
        return self.en if language == "en" else self.fa
