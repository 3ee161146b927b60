"""What a run that is over shows: how it ended, what held, how long it took, and its receipt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from webapp.engine.recording import Outcome, Recording
from webapp.lessons.claims import Claim
from webapp.lessons.topic import Demo, Values
from webapp.pages.wording import Wording

STATES = {True: "holds", False: "fails", None: "unknown"}
SIGNS = {True: "✓", False: "✗", None: "–"}


@dataclass(frozen=True)
class Stated:
    """A sentence about the run: with a sign to see, a verdict to hear, and what was measured."""

    text: str
    state: str
    sign: str
    verdict: str
    figure: str


@dataclass(frozen=True)
class Finding:
    """Some sentences about the run under a title. `kind` is "claims" or "observations"."""

    kind: str
    title: str
    stated: tuple[Stated, ...]


@dataclass(frozen=True)
class Row:
    """A name and what belongs to it. What is `code` is read from left to right."""

    name: str
    value: str
    code: bool = False


@dataclass(frozen=True)
class Result:
    """The panel below a run that is over."""

    say: Wording
    outcome: str
    title: str
    text: str
    detail: str
    advice: str
    finished: bool
    findings: tuple[Finding, ...]
    clock: str
    timing: tuple[Row, ...]
    why: str
    receipt: tuple[Row, ...]
    notes: tuple[str, ...]


def draw_result(say: Wording, demo: Demo, values: Values, recording: Recording) -> Result:
    """Say in the page's language what a run came to."""
    outcome = recording.outcome.name.lower()
    return Result(
        say=say,
        outcome=outcome,
        title=say(f"outcome.{outcome}.title"),
        text=say(f"outcome.{outcome}.text"),
        detail=recording.detail,
        advice=say(f"outcome.{outcome}.try"),
        finished=recording.outcome is Outcome.FINISHED,
        findings=tuple(_findings(say, demo, values, recording)),
        clock=f"{recording.wall:.3f} s",
        timing=tuple(_timing(say, demo, values, recording)),
        why=demo.ideal.why[say.language],
        receipt=tuple(_receipt(say, recording)),
        notes=tuple(_notes(say, recording)),
    )


def _findings(say: Wording, demo: Demo, values: Values, recording: Recording) -> Iterator[Finding]:
    if demo.claims:
        claims = tuple(_claim(say, claim, recording, values) for claim in demo.claims)
        yield Finding("claims", say("result.claims"), claims)
    if demo.observations:
        seen = tuple(_observation(say, claim, recording, values) for claim in demo.observations)
        yield Finding("observations", say("result.observations"), seen)


def _claim(say: Wording, claim: Claim, recording: Recording, values: Values) -> Stated:
    found = claim.measure(recording, values)
    state = STATES[found.holds]
    verdict = say(f"result.{state}")
    return Stated(claim.text[say.language], state, SIGNS[found.holds], verdict, found.figure)


def _observation(say: Wording, claim: Claim, recording: Recording, values: Values) -> Stated:
    """What was seen is neither right nor wrong: a figure tells it, or yes and no."""
    found = claim.measure(recording, values)
    state = STATES[found.holds]
    verdict = say({True: "yes", False: "no", None: "result.unknown"}[found.holds])
    sign = verdict if found.holds is False or not found.figure else ""
    return Stated(claim.text[say.language], state, sign, verdict, found.figure)


def _timing(say: Wording, demo: Demo, values: Values, recording: Recording) -> Iterator[Row]:
    yield Row(say("timing.wall"), say.seconds(recording.wall))
    yield Row(say("timing.cpu"), say.seconds(recording.cpu))
    yield Row(say("timing.ideal"), say.seconds(demo.ideal.seconds(values)))


def _notes(say: Wording, recording: Recording) -> Iterator[str]:
    if recording.swept:
        yield say("result.swept", count=recording.swept)
    if recording.dropped:
        yield say("result.dropped", count=recording.dropped)


def _receipt(say: Wording, recording: Recording) -> Iterator[Row]:
    receipt = recording.receipt
    yield Row(say("receipt.run"), receipt.run, code=True)
    yield Row(say("receipt.started_at"), receipt.started_at, code=True)
    yield Row(say("receipt.pid"), str(receipt.pid), code=True)
    if recording.exit_code is not None:
        yield Row(say("receipt.exit_code"), str(recording.exit_code), code=True)
    yield Row(say("receipt.python"), f"{receipt.implementation} {receipt.python}", code=True)
    yield Row(say("receipt.machine"), receipt.machine, code=True)
    yield Row(say("receipt.cores"), str(receipt.cores), code=True)
    if receipt.start_methods:
        yield Row(say("receipt.start_methods"), ", ".join(receipt.start_methods), code=True)
    yield Row(say("receipt.observed"), say("yes" if receipt.observed else "no"))
    yield Row(say("receipt.source_sha256"), receipt.source_sha256, code=True)
