"""What the run of a ballot says to its question."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from webapp.engine.recording import Recording
from webapp.engine.runner import UnknownRun
from webapp.lessons.questions import Answer, Question
from webapp.lessons.topic import Demo, Topic, find_demo
from webapp.pages.run.keeping import keep_ended
from webapp.pages.run.kept import is_live
from webapp.pages.site.site import Site
from webapp.store.rooms import Ballot

REMEMBERED = 1000
"""Ballots whose answers are remembered."""


@dataclass(frozen=True)
class Asked:
    """A ballot's question, with its demo."""

    ballot: Ballot
    topic: Topic
    demo: Demo
    question: Question


def find_question(site: Site, demo: str, name: str) -> tuple[Topic, Demo, Question] | None:
    """Return a question by "topic/demo" and its name, or None."""
    found = find_demo(site.topics, demo)
    if found is None:
        return None
    question = next((asked for asked in found[1].questions if asked.name == name), None)
    return (*found, question) if question else None


def asked(site: Site, ballot: Ballot | None) -> Asked | None:
    """Return the question of a ballot; None if the course has it no more."""
    found = find_question(site, ballot.demo, ballot.question) if ballot else None
    return Asked(ballot, *found) if ballot and found else None


def decide(asked: Asked, recording: Recording) -> Answer:
    """Return what a run with the demo's default values says to the question."""
    return asked.question.answer(recording, asked.demo.defaults)


class Decisions:
    """What the runs of ballots have decided. Each is worked out once, not for each page."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, Ballot], Answer] = OrderedDict()
        self._lock = Lock()

    def find(self, site: Site, code: str, asked: Asked) -> Answer | None:
        """Return what the run of a room's ballot says, and store the run; None if it is live.

        Raises UnknownRun and StoreError.
        """
        key = code, asked.ballot
        with self._lock:
            if key not in self._known:
                recording = _recording(site, asked.ballot.run)
                if recording is None:
                    return None
                self._known[key] = decide(asked, recording)
                if len(self._known) > REMEMBERED:
                    self._known.popitem(last=False)
            return self._known[key]


decisions = Decisions()


def _recording(site: Site, run: str) -> Recording | None:
    try:
        known = site.find(run)
    except UnknownRun:
        return site.store.find(run).recording
    return None if is_live(site, run) else keep_ended(site, known).recording
