"""Checks a topic's declaration and programs, without running them."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from multiprocessing import get_all_start_methods

from webapp.engine.machines import Needs
from webapp.engine.program import main_defaults
from webapp.lessons.broken import BrokenTopic
from webapp.lessons.goals import Goal
from webapp.lessons.questions import VARIES, Question
from webapp.lessons.text import UNSAID
from webapp.lessons.topic import LEVELS, Demo, Topic, find_demo
from webapp.lessons.values import Values

TAKEN = ("check",)
"""Addresses below a topic's that are no demo's."""

VERSION = re.compile(r"\d+(\.\d+){0,2}")
"""A version of Python, as `Needs` takes it."""


def check_topic(topic: Topic) -> None:
    """Check a topic whose folder is set. Raises BrokenTopic."""
    for demo in topic.demos:
        _check_demo(demo)
        _check_questions(topic, demo)
    for path in (topic.folder / "demos").glob("*.py"):
        if path not in {demo.path for demo in topic.demos}:
            raise BrokenTopic(path, "no demo of topic.py runs it")
    _check_slugs(topic)
    _check_card(topic)


def check_references(topics: Sequence[Topic], topic: Topic) -> None:
    """Check where a topic's questions lead: to demos of any topic. Raises BrokenTopic."""
    for demo in topic.demos:
        for question in (*demo.questions, *demo.lines):
            if question.see and not find_demo(topics, question.see):
                reason = f"{demo.slug}, question {question.name}: there is no demo {question.see}"
                raise BrokenTopic(topic.folder / "topic.py", reason)


def check_pairs(topics: Sequence[Topic], topic: Topic) -> None:
    """Check a topic's pairs, which may refer to demos of any topic. Raises BrokenTopic."""
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


def _check_card(topic: Topic) -> None:
    """Check what the home page shows of a topic."""
    if topic.level not in LEVELS:
        raise BrokenTopic(topic.folder / "topic.py", f"its level is none of {LEVELS}")
    if topic.picture and topic.demo(topic.picture) is None:
        raise BrokenTopic(topic.folder / "topic.py", f"there is no demo {topic.picture} to picture")


def check_feedback(topic: Topic) -> None:
    """Check that each option that no run makes true says why. Raises BrokenTopic."""
    for demo in topic.demos:
        for question in (*demo.questions, *demo.lines):
            for option in question.options:
                if (option.never or option.misconception) and option.feedback is UNSAID:
                    reason = f"{demo.slug}, question {question.name}: {option.name} has no feedback"
                    raise BrokenTopic(topic.folder / "topic.py", reason)


def _check_questions(topic: Topic, demo: Demo) -> None:
    names = [question.name for question in (*demo.questions, *demo.lines)]
    for question in (*demo.questions, *demo.lines):
        try:
            if names.count(question.name) > 1:
                raise ValueError("there are two of that name")
            _check_options(demo, question)
        except ValueError as error:
            reason = f"{demo.slug}, question {question.name}: {error}"
            raise BrokenTopic(topic.folder / "topic.py", reason) from error


def _check_options(demo: Demo, question: Question) -> None:
    """Raise ValueError if a question's options cannot be chosen from, or never be decided."""
    options = {VARIES, *(option.name for option in question.options)}
    if len(question.options) < 2:  # noqa: PLR2004 (else there is nothing to choose)
        raise ValueError("it has fewer than two options")
    if len(options) <= len(question.options):
        raise ValueError(f"two options have the same name, or one is called {VARIES}")
    if all(option.never for option in question.options):
        raise ValueError("no run makes any of its options true")
    for option in question.options:
        _check_values(demo, option.when)
        if option.never and (option.rare or option.when):
            raise ValueError(f"option {option.name} is never true, but there are values for it")


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
        for needs in (demo.needs, *demo.fuller.values()):
            _check_needs(needs)
        _check_parameters(demo)
    except ValueError as error:
        raise BrokenTopic(demo.path, str(error)) from error


def _check_needs(needs: Needs) -> None:
    """Raise ValueError if no machine can meet the needs."""
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
    if demo.goal:
        _check_values(demo, demo.goal.values)


def _check_values(demo: Demo, values: Values) -> None:
    """Raise ValueError if `values` cannot replace the demo's defaults."""
    if unknown := values.keys() - demo.defaults.keys():
        raise ValueError(f"{demo.slug} has no parameter {', '.join(sorted(unknown))}")
    chosen = {**demo.defaults, **values}
    demo.values({p.name: [p.write(chosen[p.name])] for p in demo.parameters})


def _check_slugs(topic: Topic) -> None:
    path = topic.folder / "topic.py"
    slugs = [demo.slug for demo in topic.demos]
    for slug in slugs:
        if slugs.count(slug) > 1:
            raise BrokenTopic(path, f"two demos are called {slug}")
        if slug in TAKEN:
            raise BrokenTopic(path, f"a demo cannot be called {slug}: the site has a page there")
    for demo in topic.demos:
        if demo.next and demo.next not in slugs:
            raise BrokenTopic(path, f"{demo.slug} goes on to {demo.next}: no such demo")
        if demo.goal:
            _check_mended(topic, demo, demo.goal)


def _check_mended(topic: Topic, demo: Demo, goal: Goal) -> None:
    mended = topic.demo(goal.mended) if goal.mended else demo
    try:
        if mended is None:
            raise ValueError("no such demo")
        _check_values(mended, goal.mended_values)
    except ValueError as error:
        reason = f"{demo.slug} is mended by {goal.mended}: {error}"
        raise BrokenTopic(topic.folder / "topic.py", reason) from error
