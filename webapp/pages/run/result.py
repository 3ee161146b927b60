"""What a run that is over shows: how it ended, what held, how long it took, and its receipt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from webapp.engine.recording import Outcome, Recording
from webapp.lessons.claims import Claim, Measured
from webapp.lessons.topic import Demo, Values
from webapp.pages.run.lanes import LINES, draw_deadlock, draw_lanes
from webapp.pages.texts.receipt import Row, draw_notes, draw_receipt
from webapp.pages.texts.wording import Wording
from webapp.timeline.figure import Setting
from webapp.timeline.reading import draw
from webapp.timeline.scale import View

STATES = {True: "holds", False: "fails", None: "unknown"}
SIGNS = {True: "✓", False: "✗", None: "–"}
MILLISECONDS = 1000


@dataclass(frozen=True)
class Stated:
    """A sentence about the run: with a sign to see, a verdict to hear, and what was measured.

    `reason` says why it cannot be told, where the machine is to blame.
    """

    text: str
    state: str
    sign: str
    verdict: str
    figure: str
    reason: str = ""


@dataclass(frozen=True)
class Finding:
    """Some sentences about the run under a title. `kind` is "claims" or "observations"."""

    kind: str
    title: str
    stated: tuple[Stated, ...]


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
    lanes: Markup
    cycle: Markup


def draw_result(
    say: Wording,
    demo: Demo,
    values: Values,
    recording: Recording,
    *,
    part: str = "",
    view: View | None = None,
) -> Result:
    """Say in the page's language what a run came to.

    Its lanes are drawn for the time of `view`; at the address `part` another can be asked for.
    """
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
        timing=tuple(draw_timing(say, demo, values, recording)),
        why=demo.ideal.why[say.language],
        receipt=tuple(draw_receipt(say, recording)),
        notes=tuple(draw_notes(say, recording)),
        lanes=draw_lanes(
            say,
            draw(recording),
            Setting(lines=LINES, ideal=demo.ideal.seconds(values), part=part, view=view),
        ),
        cycle=draw_deadlock(say, recording),
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
    text, sign, verdict = claim.text[say.language], SIGNS[found.holds], say(f"result.{state}")
    return Stated(text, state, sign, verdict, found.figure, _reason(say, found))


def _observation(say: Wording, claim: Claim, recording: Recording, values: Values) -> Stated:
    """What was seen is neither right nor wrong: a figure tells it, or yes and no."""
    found = claim.measure(recording, values)
    state = STATES[found.holds]
    verdict = say({True: "yes", False: "no", None: "result.unknown"}[found.holds])
    sign = verdict if found.holds is False or not found.figure else ""
    text = claim.text[say.language]
    return Stated(text, state, sign, verdict, found.figure, _reason(say, found))


def _reason(say: Wording, found: Measured) -> str:
    if found.late is None:
        return ""
    return say("result.late", milliseconds=round(found.late * MILLISECONDS))


def draw_timing(say: Wording, demo: Demo, values: Values, recording: Recording) -> Iterator[Row]:
    """Say how long a run took, and how long it would have at best."""
    yield Row(say("timing.wall"), say.seconds(recording.wall))
    yield Row(say("timing.cpu"), say.seconds(recording.cpu))
    yield Row(say("timing.ideal"), say.seconds(demo.ideal.seconds(values)))
