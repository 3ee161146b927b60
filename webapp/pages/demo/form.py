"""A demo's form: what was submitted, and what the form links to. `fields` has its fields.

The form has control fields besides the demo's parameters. Their names contain a hyphen and the
parameters' names cannot, since they are Python arguments. So the two never clash.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from flask import g, request
from werkzeug.datastructures import MultiDict

from webapp.lessons.parameters import Problem
from webapp.lessons.topic import Demo, Topic
from webapp.lessons.values import Values, in_latin_digits
from webapp.pages import addresses
from webapp.pages.demo.fields import Field, build_fields, describe
from webapp.pages.demo.needs import FullerRun, UnmetNeeds
from webapp.pages.demo.predicting import is_prediction
from webapp.pages.repeat.running import RUNS
from webapp.pages.texts.wording import Wording

VISITOR = "run-visitor"
TRANSCRIPT_ONLY = "run-transcript-only"
FURTHER = "run-further"
"""Searches with one switch more."""
SLOW_MOTION = "run-slow-motion"
CONTROLS = frozenset({VISITOR, TRANSCRIPT_ONLY, FURTHER, SLOW_MOTION})

VISITOR_BYTES = 9
VISITOR_LENGTH = 32  # characters; our own tokens are shorter


@dataclass(frozen=True)
class Submission:
    """What was submitted: the values of each parameter, and the control fields.

    `predicted` holds all fields of predictions, as they were sent. A run in `slow_motion` is
    watched: if both are chosen, it is not `transcript_only`.
    """

    given: Mapping[str, Sequence[str]]
    transcript_only: bool = False
    further: bool = False
    visitor: str = ""
    predicted: Mapping[str, str] = field(default_factory=dict)
    slow_motion: bool = False

    def query(self) -> dict[str, object]:
        """Return what was submitted as the query of an address.

        It has neither the visitor's token nor the predictions: others may follow it.
        """
        query: dict[str, object] = {name: list(values) for name, values in self.given.items()}
        return {**query, **_controls(self.transcript_only, self.slow_motion)}


def read_submission(sent: MultiDict[str, str]) -> Submission:
    """Split what was sent into parameters and control fields.

    Numbers may be in Persian digits; addresses and programs have Latin ones.
    """
    predicted = {name: sent[name] for name in sent if is_prediction(name)}
    given = {
        name: [in_latin_digits(value) for value in values]
        for name, values in sent.lists()
        if name not in CONTROLS and name not in predicted
    }
    visitor = sent.get(VISITOR, "")[:VISITOR_LENGTH]
    slow_motion = SLOW_MOTION in sent
    transcript_only = TRANSCRIPT_ONLY in sent and not slow_motion
    further = FURTHER in sent
    return Submission(given, transcript_only, further, visitor, predicted, slow_motion)


def submitted() -> Submission:
    """Return what this request's form submitted; it is parsed once per request."""
    if "submitted" not in g:
        g.submitted = read_submission(request.form)
    submission: Submission = g.submitted
    return submission


def query_of(
    demo: Demo, values: Values, *, transcript_only: bool = False, slow_motion: bool = False
) -> dict[str, object]:
    """Return the query of an address that opens a demo with these values."""
    return {**value_texts(demo, values), **_controls(transcript_only, slow_motion)}


def value_texts(demo: Demo, values: Values) -> dict[str, str]:
    """Return values as text, as a visitor would enter them."""
    return {
        parameter.name: parameter.write(values[parameter.name]) for parameter in demo.parameters
    }


@dataclass(frozen=True)
class Preset:
    """A link that fills the form; `chosen` if the form has these values already."""

    address: str
    chosen: bool


@dataclass(frozen=True)
class CompareLink:
    """A link to a comparison; `look` says what to look for."""

    title: str
    address: str
    look: str = ""


@dataclass(frozen=True)
class CompareMenu:
    """The links from one demo to comparisons.

    `pairs` are the course's. `others` compare it, with its values, with itself and with each other
    demo of the topic.
    """

    pairs: tuple[CompareLink, ...]
    others: tuple[CompareLink, ...]


@dataclass(frozen=True)
class Form:
    """A demo's form. `problems` are the errors that belong to no field.

    `unmet` is set if no machine has what the demo needs: then it cannot run. `fuller` are runs made
    elsewhere that show more than one here.
    """

    address: str
    repeat: str
    search: str
    play: str
    runs: int
    fields: tuple[Field, ...]
    problems: tuple[str, ...]
    refused: bool
    transcript_only: bool
    slow_motion: bool
    visitor: str
    preset: Preset | None
    compare: CompareMenu | None
    unmet: UnmetNeeds | None
    fuller: tuple[FullerRun, ...] = ()


def build_form(
    say: Wording,
    topic: Topic,
    demo: Demo,
    submission: Submission,
    problems: Sequence[Problem] = (),
    *,
    compare: CompareMenu | None = None,
    unmet: UnmetNeeds | None = None,
) -> Form:
    """Return a demo's form, filled with what was submitted or the defaults, and with its errors."""
    reasons = describe(say, demo, problems)
    names = {parameter.name for parameter in demo.parameters}
    return Form(
        address=addresses.demo(say.language, topic, demo),
        repeat=addresses.repeat(say.language, topic, demo),
        search=addresses.search(say.language, topic, demo) if demo.directable else "",
        play=addresses.play(say.language, topic, demo) if topic.goal_of(demo) else "",
        runs=RUNS,
        fields=build_fields(say, demo, submission.given, reasons),
        problems=tuple(reason for name, reason in reasons.items() if name not in names),
        refused=bool(problems),
        transcript_only=submission.transcript_only,
        slow_motion=submission.slow_motion,
        visitor=submission.visitor or secrets.token_urlsafe(VISITOR_BYTES),
        preset=_preset(say, topic, demo, submission),
        compare=compare,
        unmet=unmet,
    )


def _preset(say: Wording, topic: Topic, demo: Demo, submission: Submission) -> Preset | None:
    if not demo.as_in_report:
        return None
    values = {**demo.defaults, **demo.as_in_report}
    entered = {name: given[-1] for name, given in submission.given.items() if given}
    query = {**value_texts(demo, values), **replace(submission, given={}).query()}
    address = addresses.demo(say.language, topic, demo, query)
    return Preset(address, entered == value_texts(demo, values))


def _controls(transcript_only: bool, slow_motion: bool) -> dict[str, object]:
    chosen = {TRANSCRIPT_ONLY: transcript_only, SLOW_MOTION: slow_motion}
    return {name: "on" for name, on in chosen.items() if on}
