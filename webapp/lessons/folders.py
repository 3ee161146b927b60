"""Loads the topics: each is a folder of `webapp/topics` and an entry of `order.toml`.

A broken topic raises BrokenTopic when the server starts, not when a visitor opens it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from importlib import util
from pathlib import Path

from webapp.lessons import common
from webapp.lessons.broken import BrokenTopic
from webapp.lessons.checks import check_feedback, check_pairs, check_references, check_topic
from webapp.lessons.questions import place
from webapp.lessons.text import LANGUAGES
from webapp.lessons.topic import Demo, Topic
from webapp.lessons.worded import worded
from webapp.lessons.words import Words

TOPICS = Path(__file__).resolve().parent.parent / "topics"
COMMON = Path(common.__file__).parent
"""The folder with the texts that topics share."""
ORDER = "order.toml"


def find_topics(folder: Path = TOPICS, words: Words | None = None) -> tuple[Topic, ...]:
    """Load all topics, in order; `words` are the shared texts. Raises BrokenTopic."""
    shared = words or Words(COMMON)
    topics = tuple(
        replace(load_topic(path, shared), chapter=chapter, order=place)
        for place, (chapter, path) in enumerate(_in_order(folder, folder / ORDER), start=1)
    )
    for topic in topics:
        check_pairs(topics, topic)
        check_references(topics, topic)
        check_feedback(topic)
    return topics


def load_topic(folder: Path, shared: Words) -> Topic:
    """Load and check one topic's folder, without running its demos. Raises BrokenTopic."""
    declared = _declared(folder / "topic.py")
    for language in LANGUAGES:
        if not (folder / f"{language}.md").is_file():
            raise BrokenTopic(folder / f"{language}.md", "the text is missing")
    demos = tuple(replace(demo, folder=folder / "demos") for demo in declared.demos)
    topic = replace(declared, folder=folder, demos=demos)
    check_topic(topic)
    topic = replace(topic, demos=tuple(_placed(topic, demo) for demo in demos))
    return worded(topic, Words(folder, shared))


def _placed(topic: Topic, demo: Demo) -> Demo:
    """Find the lines that the demo's questions are about. Raises BrokenTopic."""
    try:
        return replace(demo, lines=tuple(place(question, demo.source) for question in demo.lines))
    except ValueError as error:
        raise BrokenTopic(topic.folder / "topic.py", f"{demo.slug}: {error}") from error


def _in_order(folder: Path, order: Path) -> Iterator[tuple[str, Path]]:
    """Yield the chapter and the folder of each topic."""
    try:
        chapters = tomllib.loads(order.read_text(encoding="utf-8"))
        listed = [(chapter, folder / name) for chapter, names in chapters.items() for name in names]
    except (OSError, ValueError, TypeError) as error:
        raise BrokenTopic(order, f"{type(error).__name__}: {error}") from error
    paths = [path for _, path in listed]
    for path in paths:
        if paths.count(path) > 1:
            raise BrokenTopic(order, f"{path.name} stands in it twice")
        if not path.is_dir():
            raise BrokenTopic(order, f"there is no folder {path.name}")
    for path in folder.iterdir():
        if path.is_dir() and not path.name.startswith(("_", ".")) and path not in paths:
            raise BrokenTopic(path, f"it is not in {ORDER}: add it to its chapter there")
    yield from listed


def _declared(path: Path) -> Topic:
    spec = util.spec_from_file_location(f"webapp.topics.{path.parent.name}.topic", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise BrokenTopic(path, "the file is missing")
    module = util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise BrokenTopic(path, f"{type(error).__name__}: {error}") from error
    topic = getattr(module, "topic", None)
    if not isinstance(topic, Topic):
        raise BrokenTopic(path, "it does not define `topic = Topic(…)`")
    if not topic.demos:
        raise BrokenTopic(path, "the topic has no demo")
    return topic
