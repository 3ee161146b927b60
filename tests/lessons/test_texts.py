"""No text of a topic is older than those in other languages."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tools import texts
from webapp.lessons.folders import COMMON, TOPICS


def test_no_text_is_older_than_another() -> None:
    assert list(texts.check()) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (["en.md"], "lock/fa.md is older than en.md: update it, then run `make texts`"),
        (["fa.md"], "lock/en.md is older than fa.md: update it, then run `make texts`"),
        (["en.toml"], "lock/fa.toml is older than en.toml: update it, then run `make texts`"),
        (
            ["en.md", "fa.md"],
            "lock: en.md and fa.md have changed; if they say the same, run `make texts`",
        ),
    ],
)
def test_a_text_that_changes_alone_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: list[str], said: str
) -> None:
    shutil.copytree(TOPICS / "lock", tmp_path / "lock")
    monkeypatch.setattr(texts, "TOPICS", tmp_path)
    for name in changed:
        path = tmp_path / "lock" / name
        path.write_text(path.read_text(encoding="utf-8") + "\n# More.\n", encoding="utf-8")
    assert list(texts.check()) == [said]


def test_the_common_words_are_checked_too() -> None:
    assert COMMON in texts.folders()
