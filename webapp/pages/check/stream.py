"""Decides a check: runs its demos one after another, and adds what each run says to the page."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from webapp.engine.runner import Busy, Interrupted, Unreachable
from webapp.lessons.text import Language
from webapp.lessons.topic import Topic
from webapp.pages import addresses
from webapp.pages.check.choosing import Asked
from webapp.pages.check.page import Onward, next_topic
from webapp.pages.run.answers import AnswerView, view_answer
from webapp.pages.run.keeping import follow_to_end
from webapp.pages.run.live import cut
from webapp.pages.site.site import Run, Site
from webapp.pages.texts.wording import Wording
from webapp.streaming import SLOW, Pieces, Step, Wait

ANSWER_HERE = "<!-- answer -->"
SUMMARY_HERE = "<!-- summary -->"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Decided:
    """What a run says to one question; None if there was no run. `run` is its address, or ""."""

    say: Wording
    answer: AnswerView | None
    why: str = ""
    run: str = ""


@dataclass(frozen=True)
class Summary:
    """The end of a check: how many answers are right, and what to look at `again`."""

    say: Wording
    topic: str
    right: int
    all: int
    again: tuple[Onward, ...]
    on: Onward | None


class Checking:
    """The runs of one check."""

    def __init__(  # noqa: PLR0917 (it is made in one place)
        self,
        site: Site,
        language: Language,
        topic: Topic,
        asked: Sequence[Asked],
        answers: Mapping[str, str],
        visitor: str,
    ) -> None:
        self.site = site
        self.say = site.wordings[language]
        self.asked = asked
        self._language = language
        self._topic = topic
        self._answers = answers
        self._visitor = visitor
        self._first: Run | None = None
        self._states: list[tuple[Asked, str]] = []

    def start_first(self) -> None:
        """Start the run of the first answered question. Raises Busy."""
        first = next(one for one in self.asked if one.name in self._answers)
        self._first = self._start(first)

    def decide(self, asked: Asked) -> Iterator[Decided | Wait | Step]:
        """Yield what the stream waits for while a question's demo runs, and then what it says."""
        chosen = self._answers.get(asked.name)
        if not chosen:
            yield Decided(self.say, None, self.say("check.skipped"))
            return
        yield SLOW
        try:
            run, self._first = self._first or self._start(asked), None
            ended = yield from follow_to_end(self.site, run)
        except (Busy, Interrupted, Unreachable, RuntimeError) as error:
            log.warning("no run for a check of %s: %r", asked.demo.path, error)
            yield Decided(self.say, None, self.say("check.failed"))
            return
        answer = asked.question.answer(ended.recording, run.values)
        view = view_answer(self.site, self.say, asked.question, answer, chosen)
        self._states.append((asked, view.state))
        address = addresses.run(self._language, run.id) if ended.kept else ""
        yield Decided(self.say, view, run=address)

    def summary(self) -> Summary:
        """Return the end of the check, once every question was decided."""
        wrong = {one.demo.slug: one.demo for one, state in self._states if state == "wrong"}
        return Summary(
            say=self.say,
            topic=self._topic.slug,
            right=sum(state == "right" for _, state in self._states),
            all=len(self.asked),
            again=tuple(
                Onward(
                    demo.title[self._language], addresses.demo(self._language, self._topic, demo)
                )
                for demo in wrong.values()
            ),
            on=next_topic(self.site, self._language, self._topic),
        )

    def _start(self, asked: Asked) -> Run:
        demo = asked.demo
        return self.site.start(
            self._language, self._topic, demo, demo.defaults, visitor=self._visitor
        )


def as_page(checking: Checking, page: str) -> Pieces:
    """Stream the answers into a page, which has a marker for each of them and for the summary."""
    markers = [ANSWER_HERE] * len(checking.asked)
    *before, rest = cut(page, *markers, SUMMARY_HERE)
    for asked, piece in zip(checking.asked, before, strict=False):
        yield piece.encode()
        for decided in checking.decide(asked):
            if isinstance(decided, Decided):
                yield checking.site.render("check/_decided.html", decided).encode()
            else:
                yield decided
    yield before[-1].encode()
    yield checking.site.render("check/_summary.html", checking.summary()).encode()
    yield rest.encode()
