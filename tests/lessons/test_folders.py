"""A topic is found by being there; a broken one stops the start with its path and the reason."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from webapp.engine.machines import ANYWHERE, Needs
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


def need(folder: Path, needs: str) -> None:
    """Have the demo of a try at a lock need something."""
    topic = folder / "topic.py"
    replace(topic, 'slug="try-lock",', f'slug="try-lock", needs=Needs({needs}),')
    source = topic.read_text(encoding="utf-8")
    topic.write_text(f"from webapp.engine.machines import Needs\n{source}", encoding="utf-8")


COURSE = """
1 define-a-thread: start-all-then-join join-inside-the-loop forgot-to-join call-instead-of-target
2 current-thread: report-as-it-happens report-when-done last-started-first-done
  default-and-chosen-names
3 thread-subclass: sleep-inside-run no-sleep chosen-start-order run-instead-of-start
  exception-in-run
4 lock: lock-around-everything lock-around-the-message lost-update lost-update-fixed
  one-thread-skips-the-lock a-lock-each try-lock
5 rlock: remove-then-add alternate two-threads-one-box nested-acquire
6 semaphore: producer-consumer at-most-k-at-once released-once-too-often
7 barrier: race join-is-not-a-barrier laps broken-barrier
8 spawn-a-process: start-all-then-join join-inside-the-loop start-methods globals-are-not-shared
9 name-a-process: named-and-default pids-and-parents renamed-inside
10 background-process: before-beside-after daemon-or-not the-parent-leaves-first
11 kill-a-process: terminate kill-cannot-be-caught finally-did-not-run polite-stop
12 process-subclass: named-subclass result-by-queue attributes-stay-in-the-child
13 process-queue: producer-consumer empty-is-a-race sentinel bounded-queue
14 synchronise-processes: with-and-without-barrier lost-update lost-update-fixed event-starts-all
15 process-pool: map-squares unordered chunksize pool-or-serial
17 deadlock: opposite-order same-order dining-philosophers timeout-and-back-off
"""


def test_the_course_is_whole_and_in_order() -> None:
    """The names stand in addresses, so that they must not change by accident."""
    found = " ".join(
        f"{topic.order} {topic.slug}: {' '.join(demo.slug for demo in topic.demos)}"
        for topic in find_topics()
    )
    assert found == " ".join(COURSE.split())


def test_a_folder_is_a_topic_by_being_there(folder: Path) -> None:
    assert [topic.slug for topic in find_topics(folder.parent)] == ["lock"]
    shutil.copytree(folder, folder.with_name("lock_again"))
    replace(folder.with_name("lock_again") / "topic.py", "order=4", "order=5")
    assert [topic.slug for topic in find_topics(folder.parent)] == ["lock", "lock-again"]


def test_a_demo_hands_its_needs_on_to_what_runs_it(folder: Path) -> None:
    needs = Needs(cores=2, python="3.13", free_threaded=True, start_method="spawn")
    need(folder, "2, '3.13', True, 'spawn'")
    for demo in load_topic(folder).demos:
        needed = needs if demo.slug == "try-lock" else ANYWHERE
        assert demo.program(demo.defaults).needs == needed


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
    "no outcome": (
        lambda f: replace(f / "topic.py", "            outcome=final_number,\n", ""),
        "topic.py",
        "outcome",
    ),
    "another last line": (
        lambda f: replace(f / "demos/try_lock.py", "    main()\n", "    main()  # go\n"),
        "try_lock.py",
        "does not end with",
    ),
    "no core at all": (lambda f: need(f, "cores=0"), "try_lock.py", "it needs 0 cores"),
    "a Python that is none": (
        lambda f: need(f, "python='3.x'"),
        "try_lock.py",
        "it needs Python 3.x, which is no version",
    ),
    "a start method that is none": (
        lambda f: need(f, "start_method='spoon'"),
        "try_lock.py",
        "it needs the start method spoon, which there is not",
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


PAIR = 'other="lock/lock-around-the-message"'
PAIRS = {
    "a topic that is not there": (PAIR, 'other="nowhere/lost-update"', "no such demo"),
    "a demo that is not there": (PAIR, 'other="lock/nowhere"', "no such demo"),
    "no demo at all": (PAIR, 'other="lock"', "no such demo"),
    "a value out of bounds": (
        'other_values={"thread_count": 3, ',
        'other_values={"thread_count": 99, ',
        "thread_count: less_than_equal",
    ),
    "a value of another type": (
        ' values={"thread_count": 3, ',
        ' values={"thread_count": "many", ',
        "thread_count: int_parsing",
    ),
    "a parameter that is not there": (
        ' values={"thread_count": 3, ',
        ' values={"threads": 3, ',
        "lock-around-everything has no parameter threads",
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_pair_that_cannot_be_run_stops_the_start(folder: Path, name: str) -> None:
    old, new, reason = PAIRS[name]
    replace(folder / "topic.py", old, new)
    with pytest.raises(BrokenTopic) as caught:
        find_topics(folder.parent)
    assert caught.value.path == folder / "topic.py"
    assert caught.value.reason.startswith("lock-around-everything beside ")
    assert reason in caught.value.reason
