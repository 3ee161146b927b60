"""Summarises recordings one by one, and keeps a few of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from webapp.engine.recording import Recording
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.questions import Answer, Question
from webapp.lessons.repeats.distribution import kind_of
from webapp.lessons.repeats.summary import Summary, own_ends, summarise
from webapp.lessons.values import Values

EVENTS_HELD = 250_000
"""Events of all kept recordings together; an event takes about 250 bytes."""


class Answered:
    """How often each option of a question was true, in `decided` runs that decided it."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.true: Counter[str] = Counter()
        self.decided = 0

    def add(self, answer: Answer) -> None:
        """Count the answer of one run."""
        self.true.update(answer.true)
        self.decided += answer.is_decided


class Tally:
    """The summaries of all runs, and the recordings of a few."""

    def __init__(
        self, outcome: DemoOutcome, values: Values, questions: Sequence[Question] = ()
    ) -> None:
        self._outcome = outcome
        self._values = values
        # For each question how many runs have made which option true, and how many decided it.
        self.answered = {question.name: Answered(question) for question in questions}
        self.summaries: list[Summary] = []
        self.held: dict[str, Recording] = {}

    def add(self, run: str, recording: Recording) -> Summary:
        """Add a run that is over; return its summary."""
        summary = summarise(run, recording, self._outcome, self._values)
        self.summaries.append(summary)
        for answered in self.answered.values():
            answered.add(answered.question.answer(recording, self._values))
        self.held[run] = recording
        self._let_go()
        return summary

    @property
    def quickest(self) -> Summary | None:
        """The run with the least wall time, of those that ended by themselves."""
        return min(own_ends(self.summaries), key=lambda summary: summary.wall, default=None)

    @property
    def slowest(self) -> Summary | None:
        """The run with the most wall time, of those that ended by themselves."""
        return max(own_ends(self.summaries), key=lambda summary: summary.wall, default=None)

    def _let_go(self) -> None:
        """Keep the first run of each outcome, the quickest and the slowest, within the limit."""
        first: dict[object, str] = {}
        for summary in self.summaries:
            first.setdefault(kind_of(summary.told), summary.run)
        wanted = [*first.values(), *(s.run for s in (self.quickest, self.slowest) if s)]
        self.held = {run: self.held[run] for run in wanted if run in self.held}
        # Drop the most frequent outcomes first, and of equally frequent ones the latest run.
        often = Counter(kind_of(summary.told) for summary in self.summaries)
        kinds = {summary.run: kind_of(summary.told) for summary in self.summaries}
        latest_first = reversed(self.held)
        *spare, _ = sorted(latest_first, key=lambda run: often[kinds[run]], reverse=True)
        for run in spare:
            if sum(len(recording.events) for recording in self.held.values()) <= EVENTS_HELD:
                break
            del self.held[run]
