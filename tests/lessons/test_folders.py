"""A topic is found by being there; a broken one stops the start with its path and the reason."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from webapp.lessons.folders import TOPICS, BrokenTopic, find_topics, load_topic


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a whole topic, to break."""
    copy = tmp_path / "topics" / "lock"
    shutil.copytree(TOPICS / "lock", copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def replace(path: Path, old: str, new: str) -> None:
    """Change a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_topics_come_in_the_order_of_the_course() -> None:
    topics = find_topics()
    assert [topic.slug for topic in topics[:2]] == ["define-a-thread", "lock"]
    assert [topic.order for topic in topics] == sorted(topic.order for topic in topics)


def test_a_folder_is_a_topic_by_being_there(folder: Path) -> None:
    assert [topic.slug for topic in find_topics(folder.parent)] == ["lock"]
    shutil.copytree(folder, folder.with_name("lock_again"))
    replace(folder.with_name("lock_again") / "topic.py", "order=4", "order=5")
    assert [topic.slug for topic in find_topics(folder.parent)] == ["lock", "lock-again"]


BREAKS: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "no topic.py": (lambda f: (f / "topic.py").unlink(), "topic.py", "missing"),
    "topic.py raises": (
        lambda f: (f / "topic.py").write_text("1 / 0"),
        "topic.py",
        "ZeroDivisionError",
    ),
    "no topic in it": (lambda f: (f / "topic.py").write_text("x = 1"), "topic.py", "topic = Topic"),
    "a text is missing": (lambda f: (f / "fa.md").unlink(), "fa.md", "the text is missing"),
    "a demo's file is missing": (
        lambda f: (f / "demos/try_lock.py").unlink(),
        "try_lock.py",
        "FileNotFoundError",
    ),
    "a demo does not compile": (
        lambda f: replace(f / "demos/try_lock.py", "def main(", "def main(("),
        "try_lock.py",
        "SyntaxError",
    ),
    "a file that no demo runs": (
        lambda f: (f / "demos/stray.py").write_text(""),
        "stray.py",
        "no demo of topic.py runs it",
    ),
    "another default": (
        lambda f: replace(
            f / "demos/try_lock.py", "hold_seconds: float = 0.5", "hold_seconds: float = 0.6"
        ),
        "try_lock.py",
        "topic.py declares",
    ),
    "a default out of bounds": (
        lambda f: replace(
            f / "topic.py", "minimum=1,\n    maximum=2000", "minimum=300,\n    maximum=2000"
        ),
        "lost_update.py",
        "the default of increments is refused",
    ),
    "another last line": (
        lambda f: replace(f / "demos/try_lock.py", "    main()\n", "    main()  # go\n"),
        "try_lock.py",
        "does not end with",
    ),
    "no next demo of that name": (
        lambda f: replace(f / "topic.py", 'next="lost-update-fixed"', 'next="nowhere"'),
        "topic.py",
        "no such demo",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_topic_names_the_file_and_the_reason(folder: Path, name: str) -> None:
    break_it, file, reason = BREAKS[name]
    break_it(folder)
    with pytest.raises(BrokenTopic) as caught:
        load_topic(folder)
    assert caught.value.path.name == file
    assert reason in caught.value.reason
    assert str(caught.value).startswith(str(caught.value.path))


def test_two_topics_of_one_order_are_refused(folder: Path) -> None:
    shutil.copytree(folder, folder.with_name("lock_again"))
    with pytest.raises(BrokenTopic, match="has order 4"):
        find_topics(folder.parent)
