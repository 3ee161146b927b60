"""The result of an ended run: outcome, claims, timing and receipt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from webapp.engine.recording import Outcome, Recording
from webapp.lessons.claims import Claim, Measured
from webapp.lessons.topic import Demo
from webapp.lessons.values import Values
from webapp.pages.run.answers import AnswerView, build_answers
from webapp.pages.run.headline import HeadlineView, build_headline
from webapp.pages.run.lanes import LINES, draw_deadlock, draw_lanes
from webapp.pages.site.site import Run, Site
from webapp.pages.texts.receipt import Row, draw_notes, draw_receipt
from webapp.pages.texts.wording import Wording
from webapp.timeline.figure import Setting
from webapp.timeline.lost import draw_lost
from webapp.timeline.reading import draw
from webapp.timeline.scale import View
from webapp.timeline.table_frame import draw_table_frame

STATES = {True: "holds", False: "fails", None: "unknown"}
SIGNS = {True: "✓", False: "✗", None: "–"}
MILLISECONDS = 1000


@dataclass(frozen=True)
class Statement:
    """A sentence about the run, whether it holds, and what was measured (`figure`).

    The `sign` is for the eye, the `verdict` for screen readers. `reason` says why the machine's
    delays left it undecided; else it is "".
    """

    text: str
    state: str
    sign: str
    verdict: str
    figure: str
    reason: str = ""


@dataclass(frozen=True)
class Finding:
    """Sentences about the run under one title. `kind` is "claims" or "observations"."""

    kind: str
    title: str
    stated: tuple[Statement, ...]


@dataclass(frozen=True)
class Result:
    """The panel below an ended run of `demo` ("topic/demo")."""

    say: Wording
    outcome: str
    title: str
    text: str
    detail: str
    headline: HeadlineView
    advice: str
    demo: str
    answers: tuple[AnswerView, ...]
    finished: bool
    findings: tuple[Finding, ...]
    clock: str
    timing: tuple[Row, ...]
    why: str
    receipt: tuple[Row, ...]
    notes: tuple[str, ...]
    lanes: Markup
    table: Markup
    cycle: Markup
    lost: Markup


def build_result(
    site: Site,
    run: Run,
    recording: Recording,
    *,
    part: str = "",
    view: View | None = None,
) -> Result:
    """Return the result of a run in the visitor's language.

    `view` limits the time of its lanes. `part` is the address that shows another part of that time.
    """
    say, demo, values = site.wordings[run.language], run.demo, run.values
    outcome = recording.outcome.name.lower()
    findings = tuple(_findings(say, demo, values, recording))
    timeline = draw(recording)
    return Result(
        say=say,
        outcome=outcome,
        title=say(f"outcome.{outcome}.title"),
        text=say(f"outcome.{outcome}.text"),
        detail=recording.detail,
        headline=build_headline(say, demo, values, recording, holds=_holds(findings)),
        advice=_advice(say, demo, recording),
        demo=run.topic.name_of(demo),
        answers=build_answers(site, run, recording),
        finished=recording.outcome is Outcome.FINISHED,
        findings=findings,
        clock=say.times(f"{recording.wall:.3f} s"),
        timing=tuple(timing_rows(say, demo, values, recording)),
        why=demo.ideal.why[say.language],
        receipt=tuple(draw_receipt(say, recording)),
        notes=tuple(draw_notes(say, recording)),
        lanes=draw_lanes(say, timeline, _setting(demo.ideal.seconds(values), part, view)),
        table=Markup(draw_table_frame(timeline, say)),
        cycle=draw_deadlock(say, recording),
        lost=Markup(draw_lost(timeline, say)),
    )


def _setting(ideal: float | None, part: str, view: View | None) -> Setting:
    return Setting(lines=LINES, ideal=ideal, part=part, view=view, table=False, begins=True)


def _holds(findings: Sequence[Finding]) -> bool:
    """Return whether no claim fails. An observation is neither right nor wrong."""
    claims = [one for finding in findings if finding.kind == "claims" for one in finding.stated]
    return all(claim.state != STATES[False] for claim in claims)


def _advice(say: Wording, demo: Demo, recording: Recording) -> str:
    """Return what to look at or to try next: of a finished run, the demo's own."""
    if recording.outcome is Outcome.FINISHED:
        return demo.watch[say.language]
    return say(f"outcome.{recording.outcome.name.lower()}.try")


def _findings(say: Wording, demo: Demo, values: Values, recording: Recording) -> Iterator[Finding]:
    if demo.claims:
        claims = tuple(_claim(say, claim, recording, values) for claim in demo.claims)
        yield Finding("claims", say("result.claims"), claims)
    if demo.observations:
        seen = tuple(_observation(say, claim, recording, values) for claim in demo.observations)
        yield Finding("observations", say("result.observations"), seen)


def _claim(say: Wording, claim: Claim, recording: Recording, values: Values) -> Statement:
    found = claim.measure(recording, values)
    state = STATES[found.holds]
    text, sign, verdict = claim.text[say.language], SIGNS[found.holds], say(f"result.{state}")
    return Statement(text, state, sign, verdict, say.figures(found.figure), _reason(say, found))


def _observation(say: Wording, claim: Claim, recording: Recording, values: Values) -> Statement:
    """Measure an observation. It is neither right nor wrong: it shows a figure, or yes or no."""
    found = claim.measure(recording, values)
    state = STATES[found.holds]
    verdict = say({True: "yes", False: "no", None: "result.unknown"}[found.holds])
    sign = verdict if found.holds is False or not found.figure else ""
    text = claim.text[say.language]
    return Statement(text, state, sign, verdict, say.figures(found.figure), _reason(say, found))


def _reason(say: Wording, found: Measured) -> str:
    if found.late is None:
        return ""
    return say("result.late", milliseconds=round(found.late * MILLISECONDS))


def timing_rows(say: Wording, demo: Demo, values: Values, recording: Recording) -> Iterator[Row]:
    """Yield rows with a run's wall time, its CPU time and its ideal time, in seconds."""
    yield Row(say("timing.wall"), say.seconds(recording.wall))
    yield Row(say("timing.cpu"), say.seconds(recording.cpu))
    yield Row(say("timing.ideal"), say.seconds(demo.ideal.seconds(values)))
