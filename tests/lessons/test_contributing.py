"""The topic that CONTRIBUTING shows how to add works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.engine.running import finish
from tests.lessons.mistakes import mistakes
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.program import Program
from webapp.lessons.folders import find_topics
from webapp.lessons.topic import Topic

GUIDE = Path(__file__).parents[2] / "CONTRIBUTING.md"
FILE = re.compile(r"^`([\w./]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def topic(tmp_path: Path) -> Topic:
    """The topic of CONTRIBUTING, alone in a course."""
    for name, text in FILE.findall(GUIDE.read_text(encoding="utf-8")):
        path = tmp_path / "greeting" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "order.toml").write_text('threads = ["greeting"]', encoding="utf-8")
    [found] = find_topics(tmp_path)
    return found


def test_the_topic_of_the_guide_is_found_in_both_languages(topic: Topic) -> None:
    assert topic.title["en"] == "Saying hello"
    assert topic.title["fa"] == "سلام گفتن"
    assert topic.demos[0].parameters[0].label["en"] == "Threads"


def test_its_demo_runs_and_its_claim_holds(topic: Topic, runner: EmbeddedRunner) -> None:
    [demo] = topic.demos
    recording = finish(runner, runner.start(demo.program(demo.defaults)))
    [claim] = demo.claims
    assert claim.measure(recording, demo.defaults).holds is True
    assert demo.outcome.of(recording, demo.defaults) == 3


def test_its_claim_fails_for_its_mistake(
    topic: Topic, runner: EmbeddedRunner, tmp_path: Path
) -> None:
    [(_, mistake)] = mistakes("mending", [topic])
    program = Program(mistake.write(tmp_path / "wrong"), mistake.values)
    recording = finish(runner, runner.start(program))
    assert topic.demos[0].claims[0].measure(recording, mistake.values).holds is False


def test_every_file_of_a_topic_is_in_the_guide(topic: Topic) -> None:
    real = {"topic.py", "en.md", "fa.md", "en.toml", "fa.toml", "mistakes.toml"}
    assert {path.name for path in topic.folder.iterdir() if path.is_file()} == real
