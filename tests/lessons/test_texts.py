"""Texts of topics: none is older than those in other languages, and none misleads."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.lessons.demos import DEMOS
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


def test_no_claim_tells_of_values_that_were_not_run() -> None:
    """Such as "with a rule it finished; without one it deadlocked": a run does only one of them."""
    for name, demo in DEMOS:
        for claim in demo.claims:
            both = re.match(r"(with|without|if|unless) [^;]*;", claim.text["en"])
            assert not both, (name, claim.text["en"])


def test_no_observation_denies() -> None:
    """Its figure stands beside it, or "no": "none was left: 0" could be read in two ways."""
    for name, demo in DEMOS:
        for seen in demo.observations:
            assert not re.match("(no|none|nobody) ", seen.text["en"]), (name, seen.text["en"])
