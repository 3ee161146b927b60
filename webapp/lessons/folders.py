"""Finds the topics: a folder below `webapp/topics` is a topic by being there.

A broken folder stops the start with its path and the reason, not the first visitor.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import util
from itertools import pairwise
from multiprocessing import get_all_start_methods
from pathlib import Path

from webapp.engine.machines import Needs
from webapp.engine.program import main_defaults
from webapp.lessons.text import LANGUAGES
from webapp.lessons.topic import Demo, Topic, Values, find_demo

VERSION = re.compile(r"\d+(\.\d+){0,2}")
"""A version of Python, as `Needs` takes it."""

TOPICS = Path(__file__).resolve().parent.parent / "topics"


class BrokenTopic(Exception):
    """A topic's folder cannot be used; says which and why."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def find_topics(folder: Path = TOPICS) -> tuple[Topic, ...]:
    """All topics in the order of the course. Raises BrokenTopic."""
    topics = sorted(
        (load_topic(path) for path in _topic_folders(folder)), key=lambda topic: topic.order
    )
    for before, after in pairwise(topics):
        if before.order == after.order:
            raise BrokenTopic(after.folder, f"has order {after.order}, as has {before.folder.name}")
    for topic in topics:
        _check_pairs(topics, topic)
    return tuple(topics)


def load_topic(folder: Path) -> Topic:
    """Read one topic's folder and check it without running anything. Raises BrokenTopic."""
    topic = _declared(folder / "topic.py")
    for language in LANGUAGES:
        if not (folder / f"{language}.md").is_file():
            raise BrokenTopic(folder / f"{language}.md", "the text is missing")
    demos = tuple(replace(demo, folder=folder / "demos") for demo in topic.demos)
    for demo in demos:
        _check_demo(demo)
    for path in (folder / "demos").glob("*.py"):
        if path not in {demo.path for demo in demos}:
            raise BrokenTopic(path, "no demo of topic.py runs it")
    _check_slugs(folder, demos)
    return replace(topic, folder=folder, demos=demos)


def _topic_folders(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir() and not path.name.startswith(("_", ".")):
            yield path


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


def _check_demo(demo: Demo) -> None:
    try:
        source = demo.source
        tree = ast.parse(source, filename=str(demo.path))
    except (OSError, SyntaxError, ValueError) as error:
        raise BrokenTopic(demo.path, f"{type(error).__name__}: {error}") from error
    if not ast.get_docstring(tree):
        raise BrokenTopic(demo.path, "it has no docstring that says what to watch")
    if not source.endswith('\nif __name__ == "__main__":\n    main()\n'):
        raise BrokenTopic(demo.path, 'it does not end with `if __name__ == "__main__": main()`')
    try:
        _check_needs(demo.needs)
        _check_parameters(demo)
    except ValueError as error:
        raise BrokenTopic(demo.path, str(error)) from error


def _check_needs(needs: Needs) -> None:
    """Raise ValueError for what no machine could ever have."""
    if needs.cores < 1:
        raise ValueError(f"it needs {needs.cores} cores")
    if needs.python and not VERSION.fullmatch(needs.python):
        raise ValueError(f"it needs Python {needs.python}, which is no version")
    if needs.start_method and needs.start_method not in get_all_start_methods():
        raise ValueError(f"it needs the start method {needs.start_method}, which there is not")


def _check_parameters(demo: Demo) -> None:
    taken = main_defaults(demo.source)
    if taken != demo.defaults:
        raise ValueError(f"main takes {taken}, topic.py declares {demo.defaults}")
    for parameter in demo.parameters:
        parameter.check_default()
    _check_values(demo, demo.as_in_report)


def _check_values(demo: Demo, values: Values) -> None:
    """Raise ValueError where these cannot take the place of the demo's defaults."""
    if unknown := values.keys() - demo.defaults.keys():
        raise ValueError(f"{demo.slug} has no parameter {', '.join(sorted(unknown))}")
    chosen = {**demo.defaults, **values}
    demo.values({p.name: [p.write(chosen[p.name])] for p in demo.parameters})


def _check_slugs(folder: Path, demos: tuple[Demo, ...]) -> None:
    slugs = [demo.slug for demo in demos]
    for slug in slugs:
        if slugs.count(slug) > 1:
            raise BrokenTopic(folder / "topic.py", f"two demos are called {slug}")
    for demo in demos:
        if demo.next and demo.next not in slugs:
            raise BrokenTopic(
                folder / "topic.py", f"{demo.slug} goes on to {demo.next}: no such demo"
            )


def _check_pairs(topics: Sequence[Topic], topic: Topic) -> None:
    """A pair may name any topic's demo, so all of them must be there."""
    for demo in topic.demos:
        for pair in demo.beside:
            found = find_demo(topics, pair.other)
            try:
                if found is None:
                    raise ValueError("no such demo")
                _check_values(demo, pair.values)
                _check_values(found[1], pair.other_values)
            except ValueError as error:
                reason = f"{demo.slug} beside {pair.other}: {error}"
                raise BrokenTopic(topic.folder / "topic.py", reason) from error
