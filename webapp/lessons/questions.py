"""Questions to answer before a run, which the run then decides.

An option is a sentence and a check of the recording, as a claim is. No right option is stored.

    Question(
        "final",
        (
            Option("all", equals(FINAL, expected), Misconception.INCREMENT),
            Option("fewer", below(FINAL, expected)),
        ),
    )

Instead of sentences, the options may be lines of the program. Then the run decides by the number of
a line.

    Question(
        "waits",
        (at("takes", "with lock:"), at("sleeps", "time.sleep(sleep_seconds)")),
        line=line_of_longest_wait(r"^Thread"),
    )
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from webapp.engine.lateness import lateness
from webapp.engine.recording import Outcome, Recording
from webapp.lessons.claims import Check, Measured, judged
from webapp.lessons.measures import Measure
from webapp.lessons.misconceptions import Misconception
from webapp.lessons.text import UNSAID, Text
from webapp.lessons.values import Values

VARIES = "varies"
"""The option "it differs from run to run" of a question that `varies`. No run can decide it."""

LATE = 0.05
"""Seconds of lateness that may upset what workers do."""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to a question. `holds` checks whether a run made it true.

    `misconception` is what a student believes who gives this answer where it is wrong. `feedback`
    says why it is wrong; it is UNSAID if the answer is wrong in no run that the tests make.

    `when` holds the parameters, other than the defaults, with which a run may make it true; the
    tests run them. An option that is `never` true in any run says why in its feedback. One that is
    `rare` takes a rare schedule or another machine, so that the tests cannot wait for it.

    `code` is the line of the program that the option stands for, without its indentation, or "". It
    is the one in place `nth` if several lines are alike. `number` is the number of the line.
    """

    name: str
    holds: Check
    misconception: Misconception | None = None
    when: Values = field(default_factory=dict)
    never: bool = False
    rare: bool = False
    code: str = ""
    nth: int = 1
    number: int = 0  # set when the topic is loaded
    text: Text = UNSAID  # set when the topic is loaded
    feedback: Text = UNSAID  # likewise
    belief: Text = UNSAID  # likewise: the misconception in words


@dataclass(frozen=True, slots=True)
class Answer:
    """What a run says to a question: for each option whether it is true, None if undecided."""

    holds: Mapping[str, bool | None]

    @property
    def true(self) -> tuple[str, ...]:
        """The options that the run made true: usually one."""
        return tuple(name for name, held in self.holds.items() if held)

    @property
    def is_decided(self) -> bool:
        """Whether the run made some option true, or all of them false."""
        return bool(self.true) or None not in self.holds.values()

    def is_right(self, chosen: str) -> bool | None:
        """Return whether a student's answer is right, or None if the run does not decide it."""
        if chosen == VARIES:
            return True if self.is_decided else None
        return self.holds[chosen]


@dataclass(frozen=True, slots=True)
class Question:
    """A question about the run that comes next, with two options or more.

    `varies` if the answer may differ from run to run; "it differs" is then an option, too. `see`
    is "topic/demo", the demo to look at after a wrong answer, if it is not the question's own.
    `line` measures the number of the line that is right, if the options are lines.
    """

    name: str
    options: tuple[Option, ...]
    varies: bool = False
    see: str = ""
    line: Measure[int] | None = None
    prompt: Text = UNSAID  # set when the topic is loaded
    it_varies: Text = UNSAID  # likewise: the text of the option VARIES

    def answer(self, recording: Recording, values: Values) -> Answer:
        """Have a run decide. One that was cancelled, lost or cut decides nothing.

        Neither does one that was late and made no option true: a busy machine upset its order.
        """
        whole = recording.outcome not in (Outcome.CANCELLED, Outcome.LOST) and not recording.cut
        found = {
            option.name: option.holds(recording, values).holds if whole else None
            for option in self.options
        }
        if not any(found.values()) and lateness(recording) > LATE:
            found = dict.fromkeys(found)
        return Answer(found)

    def choices(self) -> dict[str, Text]:
        """Return the text of each option, by name, "it differs from run to run" included."""
        choices = {option.name: option.text for option in self.options}
        return {**choices, VARIES: self.it_varies} if self.varies else choices

    def option(self, name: str) -> Option | None:
        """Return the option of that name, or None; VARIES is none of them."""
        return next((option for option in self.options if option.name == name), None)


def at(name: str, code: str, nth: int = 1, *, never: bool = False, rare: bool = False) -> Option:
    """Declare an option that is a line of the program; see `Option`."""
    return Option(name, _undecided, never=never, rare=rare, code=code, nth=nth)


def _undecided(recording: Recording, values: Values) -> Measured:
    return Measured(None)  # until it is known which line it is


def place(question: Question, source: str) -> Question:
    """Find the lines that a question's options stand for. Raises ValueError if there is none."""
    if question.line is None:
        return question
    numbers = [_number(option, source) for option in question.options]
    return replace(
        question,
        options=tuple(
            replace(option, number=number, holds=judged(question.line, _is(number)))
            for option, number in zip(question.options, numbers, strict=True)
        ),
    )


def _number(option: Option, source: str) -> int:
    lines = source.splitlines()
    found = [at for at, line in enumerate(lines, start=1) if line.strip() == option.code]
    if len(found) < option.nth:
        raise ValueError(f"the program does not have the line {option.code!r} {option.nth} times")
    return found[option.nth - 1]


def _is(number: int) -> Callable[[int, Values], bool]:
    return lambda found, values: found == number
