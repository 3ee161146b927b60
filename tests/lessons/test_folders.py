"""A topic is a folder and a line of `order.toml`. A broken one stops the start and says why."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from webapp.engine.machines import ANYWHERE, Needs
from webapp.lessons.broken import BrokenTopic
from webapp.lessons.folders import COMMON, TOPICS, find_topics, load_topic
from webapp.lessons.words import Words


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a topic, to break."""
    copy = tmp_path / "topics" / "lock"
    shutil.copytree(TOPICS / "lock", copy, ignore=shutil.ignore_patterns("__pycache__"))
    put_in_order(copy.parent, "lock")
    return copy


@contextmanager
def refused(file: str, reason: str) -> Iterator[None]:
    """Expect a BrokenTopic with this file and this reason."""
    with pytest.raises(BrokenTopic) as caught:
        yield
    assert caught.value.path.name == file
    assert reason in caught.value.reason
    assert str(caught.value).startswith(str(caught.value.path))


def put_in_order(course: Path, *names: str) -> None:
    """Write the course's order.toml."""
    (course / "order.toml").write_text(f"threads = {[*names]}", encoding="utf-8")


def replace(path: Path, old: str, new: str) -> None:
    """Replace a text in a file that has it."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def pair(folder: Path, old: str, new: str) -> None:
    """Change the pair of the demo `lock-around-everything`."""
    replace(folder / "topic.py", old, new)


def order(folder: Path, content: str) -> None:
    """Write a course's order.toml as a text."""
    (folder.parent / "order.toml").write_text(content, encoding="utf-8")


def need(folder: Path, needs: str) -> None:
    """Give the demo `try-lock` needs."""
    topic = folder / "topic.py"
    replace(topic, 'slug="try-lock",', f'slug="try-lock", needs=Needs({needs}),')
    source = topic.read_text(encoding="utf-8")
    topic.write_text(f"from webapp.engine.machines import Needs\n{source}", encoding="utf-8")


def test_topics_are_in_the_order_of_order_toml() -> None:
    chapters = tomllib.loads((TOPICS / "order.toml").read_text(encoding="utf-8"))
    listed = [(chapter, name) for chapter, names in chapters.items() for name in names]
    assert [(topic.chapter, topic.folder.name) for topic in find_topics()] == listed
    assert [topic.order for topic in find_topics()] == [*range(1, len(listed) + 1)]


def test_a_folder_and_a_line_make_a_topic(folder: Path) -> None:
    assert [topic.slug for topic in find_topics(folder.parent)] == ["lock"]
    shutil.copytree(folder, folder.with_name("lock_again"))
    put_in_order(folder.parent, "lock", "lock_again")
    assert [topic.slug for topic in find_topics(folder.parent)] == ["lock", "lock-again"]


def test_every_common_text_is_used() -> None:
    words = Words(COMMON)
    find_topics(words=words)
    words.check_used()


def test_a_demos_words_come_before_its_topics_and_these_before_common_words() -> None:
    [topic] = [topic for topic in find_topics() if topic.slug == "kill-a-process"]
    first, last = topic.demos[0].parameters[0], topic.demos[-1].parameters[0]
    assert first.name == last.name == "duration"
    assert first.label == last.label
    assert first.help != last.help


def test_a_demos_program_has_the_demos_needs(folder: Path) -> None:
    needs = Needs(cores=2, python="3.13", free_threaded=True, start_method="spawn")
    need(folder, "2, '3.13', True, 'spawn'")
    for demo in load_topic(folder, Words(COMMON)).demos:
        needed = needs if demo.slug == "try-lock" else ANYWHERE
        assert demo.program(demo.defaults).needs == needed


SEEN_LATER = 'Option("fewer", some_lost, Misconception.INCREMENT, never=True)'
WRONG_WHEN = 'when={"nothing": 1}'
NEVER_WHEN = 'when={"increments": 1}, never'
# Both options of lost-update-fixed, one of which may be true.
LOCKED = f"""Option("all", none_lost),
                        {SEEN_LATER}"""
PAIR = 'other="lock/lock-around-the-message"'
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
        lambda f: replace(f / "topic.py", "minimum=1, maximum=2000", "minimum=300, maximum=2000"),
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
    "a text that is missing": (
        lambda f: replace(f / "en.toml", 'watch = "Compare final', 'look = "Compare final'),
        "en.toml",
        "demos.lost-update.watch is missing",
    ),
    "a text in one language only": (
        lambda f: replace(f / "fa.toml", "took-hold = ", "took-helt = "),
        "fa.toml",
        "demos.try-lock.claims.took-hold is missing",
    ),
    "a text that nothing uses": (
        lambda f: replace(f / "en.toml", "[claims]", '[claims]\nnobody-was-there = "x"'),
        "en.toml",
        "nothing uses claims.nobody-was-there",
    ),
    "an empty text": (
        lambda f: replace(f / "fa.toml", "[claims]", '[claims]\nnobody-was-there = " "'),
        "fa.toml",
        "claims.nobody-was-there is not a text",
    ),
    "words that are no TOML": (
        lambda f: replace(f / "fa.toml", "[claims]", "[claims"),
        "fa.toml",
        "TOMLDecodeError",
    ),
    "no words in a language": (lambda f: (f / "fa.toml").unlink(), "fa.toml", "FileNotFoundError"),
    "no next demo of that name": (
        lambda f: replace(f / "topic.py", 'next="lost-update-fixed"', 'next="nowhere"'),
        "topic.py",
        "no such demo",
    ),
    "a folder without a line in the order": (
        lambda f: order(f, "threads = []"),
        "lock",
        "it is not in order.toml",
    ),
    "a line of the order without a folder": (
        lambda f: order(f, "threads = ['lock', 'lack']"),
        "order.toml",
        "there is no folder lack",
    ),
    "a line of the order twice": (
        lambda f: order(f, "a = ['lock']\nb = ['lock']"),
        "order.toml",
        "lock stands in it twice",
    ),
    "an order that is no TOML": (
        lambda f: order(f, "threads = ["),
        "order.toml",
        "TOMLDecodeError",
    ),
    "an order without a list": (lambda f: order(f, "threads = 1"), "order.toml", "TypeError"),
    "a pair with a missing topic": (
        lambda f: pair(f, PAIR, 'other="nowhere/lost-update"'),
        "topic.py",
        "lock-around-everything beside nowhere/lost-update: no such demo",
    ),
    "a pair with a missing demo": (
        lambda f: pair(f, PAIR, 'other="lock/nowhere"'),
        "topic.py",
        "lock-around-everything beside lock/nowhere: no such demo",
    ),
    "a pair with no demo at all": (
        lambda f: pair(f, PAIR, 'other="lock"'),
        "topic.py",
        "lock-around-everything beside lock: no such demo",
    ),
    "a pair with a value out of bounds": (
        lambda f: pair(
            f, 'other_values={"thread_count": 3, ', 'other_values={"thread_count": 99, '
        ),
        "topic.py",
        "lock-around-everything beside lock/lock-around-the-message: thread_count: less_than_equal",
    ),
    "a pair with a value of another type": (
        lambda f: pair(f, ' values={"thread_count": 3, ', ' values={"thread_count": "many", '),
        "topic.py",
        "lock-around-everything beside lock/lock-around-the-message: thread_count: int_parsing",
    ),
    "a pair with a missing parameter": (
        lambda f: pair(f, ' values={"thread_count": 3, ', ' values={"threads": 3, '),
        "topic.py",
        "lock-around-everything beside lock/lock-around-the-message: "
        "lock-around-everything has no parameter threads",
    ),
    "a question that leads nowhere": (
        lambda f: replace(f / "topic.py", 'see="lock/lost-update-fixed"', 'see="lock/nowhere"'),
        "topic.py",
        "lost-update, question final: there is no demo lock/nowhere",
    ),
    "a question with one option": (
        lambda f: replace(f / "topic.py", f"{SEEN_LATER},", ""),
        "topic.py",
        "lost-update-fixed, question final: it has fewer than two options",
    ),
    "a question with an option twice": (
        lambda f: replace(f / "topic.py", SEEN_LATER, SEEN_LATER.replace("fewer", "all")),
        "topic.py",
        "lost-update-fixed, question final: two options have the same name",
    ),
    "a question twice": (
        lambda f: replace(f / "topic.py", "questions=(", "questions=2 * ("),
        "topic.py",
        "lock-around-everything, question time: there are two of that name",
    ),
    "an option with values that the demo does not have": (
        lambda f: replace(f / "topic.py", SEEN_LATER, SEEN_LATER.replace("never=True", WRONG_WHEN)),
        "topic.py",
        "lost-update-fixed, question final: lost-update-fixed has no parameter nothing",
    ),
    "an option with a value that is too large": (
        lambda f: replace(f / "topic.py", 'when={"increments": 1}', 'when={"increments": 5000}'),
        "topic.py",
        "lost-update, question final: ",
    ),
    "an option that is never true, with values": (
        lambda f: replace(f / "topic.py", SEEN_LATER, SEEN_LATER.replace("never", NEVER_WHEN)),
        "topic.py",
        "lost-update-fixed, question final: option fewer is never true, but there are values",
    ),
    "a question that no run answers": (
        lambda f: replace(
            f / "topic.py", LOCKED, LOCKED.replace("none_lost", "none_lost, never=True")
        ),
        "topic.py",
        "lost-update-fixed, question final: no run makes any of its options true",
    ),
    "an option that is never true, and nothing says why": (
        lambda f: replace(
            f / "topic.py",
            LOCKED,
            LOCKED.replace(", never=True", "").replace("none_lost", "none_lost, never=True"),
        ),
        "topic.py",
        "lost-update-fixed, question final: all has no feedback",
    ),
    "a line that the program does not have": (
        lambda f: replace(
            f / "topic.py", 'at("joins", "thread.join()"', 'at("joins", "thread.wait()"'
        ),
        "topic.py",
        "lock-around-everything: the program does not have the line 'thread.wait()' 1 times",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_topic_is_refused_with_its_file_and_the_reason(folder: Path, name: str) -> None:
    break_it, file, reason = BREAKS[name]
    break_it(folder)
    with refused(file, reason):
        find_topics(folder.parent)
