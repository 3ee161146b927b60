"""Two ended runs side by side: their times, their differences, and their lanes on one time axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from webapp.engine.recording import Outcome, Recording
from webapp.pages import addresses
from webapp.pages.compare.selection import KEYS
from webapp.pages.compare.sources import prefixes
from webapp.pages.demo.form import value_texts
from webapp.pages.repeat.label import Label, outcome_label
from webapp.pages.repeat.running import RUNS
from webapp.pages.run.lanes import draw_deadlock, draw_lanes
from webapp.pages.run.links import build_links
from webapp.pages.site.site import Run, Site
from webapp.pages.texts.receipt import draw_notes
from webapp.pages.texts.wording import Wording
from webapp.timeline.figure import Setting
from webapp.timeline.lanes import MICROSECONDS
from webapp.timeline.reading import draw

ALIKE = 1.05
"""Times with a smaller ratio count as equal: they vary as much from run to run."""

SHORTEST = 0.000_001
"""Seconds: the resolution of all times."""

LONGEST_IN_HEADLINE = 24
"""Characters of an outcome."""

NOTHING = Label("–")


@dataclass(frozen=True)
class ComparedRun:
    """An ended run and the source that ran.

    `changed` is set if the demo's source is another one today. A run that was not `kept` has no
    page.
    """

    run: Run
    recording: Recording
    source: str
    kept: bool = True
    changed: bool = False


@dataclass(frozen=True)
class ComparedRow:
    """One row of a table: a name, and its value on each side."""

    name: str
    cells: tuple[Label, Label]
    differs: bool = False


@dataclass(frozen=True)
class ComparedSide:
    """One of the two runs. `address` is that of its page, or "" if it was not kept."""

    number: str
    title: str
    outcome: str
    address: str
    detail: str
    notes: tuple[str, ...]
    lanes: Markup
    cycle: Markup


@dataclass(frozen=True)
class Comparison:
    """The panel below two runs.

    `headline` names what matters: what differs, or that nothing does. `differing` are the rows of
    what differs, `same` those of what does not. `link` is "" if one of the runs was not kept. `own`
    is what the visitor's browser stores.
    """

    headline: str
    verdict: str
    caution: str
    sides: tuple[ComparedSide, ComparedSide]
    differing: tuple[ComparedRow, ...]
    same: tuple[ComparedRow, ...]
    link: str
    own: tuple[str, ...]


def build_comparison(
    site: Site, first: ComparedRun, second: ComparedRun, *, own: bool = False
) -> Comparison:
    """Return the comparison of two ended runs.

    `own` is set if the visitor has just made them: their browser then stores them.
    """
    say = site.wordings[first.run.language]
    both = (first, second)
    ids = (first.run.id, second.run.id)
    rows = (*_facts(say, both), *_parameters(say, both))
    return Comparison(
        headline=_headline(say, both),
        verdict=compare_times(say, first.recording, second.recording),
        caution=say("compare.once", count=RUNS)
        if finished(first.recording, second.recording)
        else say("compare.finished_only"),
        sides=_sides(say, both),
        differing=tuple(row for row in rows if row.differs),
        same=tuple(row for row in rows if not row.differs),
        link=addresses.compared(say.language, *ids) if all(ran.kept for ran in both) else "",
        own=tuple(
            build_links(site, ran.run, ran.recording, own=True).own
            for ran in both
            if own and ran.kept
        ),
    )


def _headline(say: Wording, both: tuple[ComparedRun, ComparedRun]) -> str:
    """Return how the runs differ: in their endings, their outcomes, their times."""
    endings = [_ending(say, ran.recording.outcome) for ran in both]
    parts = (
        [] if endings[0] == endings[1] else [say("compare.or", first=endings[0], second=endings[1])]
    )
    parts += (
        say("compare.or", first=row.cells[0].text, second=row.cells[1].text)
        for row in _outcomes(say, both)
        if row.differs
    )
    first, second = (ran.recording for ran in both)
    if finished(first, second) and _apart(first.wall, second.wall):
        times = (_short(say, recording.wall) for recording in (first, second))
        parts.append(say("compare.or", **dict(zip(("first", "second"), times, strict=True))))
    return say("compare.and").join(parts) or compare_times(say, first, second)


def _short(say: Wording, seconds: float) -> str:
    """Return a duration with two significant digits: as much as a headline needs."""
    digits = max(0, 1 - Decimal(f"{max(seconds, SHORTEST):f}").adjusted())
    return say("unit.seconds", value=Decimal(f"{seconds:.{digits}f}"))


def _apart(one: float, other: float) -> bool:
    """Return whether two times differ by more than times vary."""
    return max(one, other) >= ALIKE * max(min(one, other), SHORTEST)


def compare_times(say: Wording, first: Recording, second: Recording) -> str:
    """Return the sentence that compares two wall times: by their ratio if both runs finished."""
    times = {"first": say.seconds(first.wall), "second": say.seconds(second.wall)}
    if not finished(first, second):
        endings = {
            "first_ending": _ending(say, first.outcome),
            "second_ending": _ending(say, second.outcome),
        }
        return say("compare.unfinished", **times, **endings)
    if not _apart(first.wall, second.wall):
        return say("compare.alike", **times)
    quick, slow = sorted((first.wall, second.wall))
    ratio = slow / max(quick, SHORTEST)
    longer = "first" if slow == first.wall else "second"
    # A Decimal keeps the zero of 3.0, which shows the precision of the measurement.
    return say(f"compare.{longer}_longer", **times, ratio=Decimal(f"{ratio:.1f}"))


def finished(*recordings: Recording) -> bool:
    """Return whether all of these runs finished without an error."""
    return all(recording.outcome is Outcome.FINISHED for recording in recordings)


def _ending(say: Wording, outcome: Outcome) -> str:
    return say(f"outcome.{outcome.name.lower()}.title")


def _sides(
    say: Wording, both: tuple[ComparedRun, ComparedRun]
) -> tuple[ComparedSide, ComparedSide]:
    timelines = [draw(ran.recording) for ran in both]
    end = max(timeline.end for timeline in timelines) / MICROSECONDS
    starts = prefixes(both[0].source, both[1].source)
    first, second = (
        ComparedSide(
            number=say.number(number),
            title=ran.run.demo.title[say.language],
            outcome=ran.recording.outcome.name.lower(),
            address=addresses.run(say.language, ran.run.id) if ran.kept else "",
            detail=ran.recording.detail,
            notes=tuple(_notes(say, ran)),
            lanes=draw_lanes(
                say,
                timeline,
                Setting(
                    lines=start,
                    transcript=f"{key}-transcript",
                    end=end,
                    ideal=ran.run.demo.ideal.seconds(ran.run.values),
                    name=say(f"compare.{key}"),
                ),
            ),
            cycle=draw_deadlock(say, ran.recording, lines=start),
        )
        for number, key, ran, timeline, start in zip(
            (1, 2), KEYS, both, timelines, starts, strict=True
        )
    )
    return first, second


def _notes(say: Wording, ran: ComparedRun) -> Iterator[str]:
    yield from draw_notes(say, ran.recording)
    if ran.changed:
        yield say("compare.changed")
    if not ran.kept:
        yield say("kept.failed")


def _facts(say: Wording, both: tuple[ComparedRun, ComparedRun]) -> Iterator[ComparedRow]:
    endings = [_ending(say, ran.recording.outcome) for ran in both]
    yield ComparedRow(
        say("compare.ending"), (Label(endings[0]), Label(endings[1])), endings[0] != endings[1]
    )
    yield from _outcomes(say, both)
    times = [_times(ran) for ran in both]
    for name, first in times[0].items():
        second = times[1][name]
        cells = Label(say.seconds(first)), Label(say.seconds(second))
        yield ComparedRow(say(f"timing.{name}"), cells, _apart(first, second))


def _times(ran: ComparedRun) -> dict[str, float]:
    ideal = ran.run.demo.ideal.seconds(ran.run.values)
    return {"wall": ran.recording.wall, "cpu": ran.recording.cpu, "ideal": ideal}


def _outcomes(say: Wording, both: tuple[ComparedRun, ComparedRun]) -> Iterator[ComparedRow]:
    """Yield each demo's outcome: one row if it has the same name on both sides, else two.

    Left out are outcomes that only say how a run ended, which has a row of its own, and those of
    changed programs, whose output may have another form.
    """
    rows: dict[str, list[Label]] = {}
    for side, ran in enumerate(both):
        outcome = ran.run.demo.outcome
        found = None if ran.changed else outcome.of(ran.recording, ran.run.values)
        if not (found is None or isinstance(found, Outcome)):
            label = say("repeat.outcome", label=outcome.label[say.language])
            row = rows.setdefault(label, [NOTHING, NOTHING])
            row[side] = outcome_label(say, found)
    for label, (first, second) in rows.items():
        yield ComparedRow(label, (first, second), first != second and NOTHING not in rows[label])


def _parameters(say: Wording, both: tuple[ComparedRun, ComparedRun]) -> Iterator[ComparedRow]:
    """Yield a row for each parameter of both demos."""
    values = [value_texts(ran.run.demo, ran.run.values) for ran in both]
    labels = {
        parameter.name: parameter.label[say.language]
        for ran in reversed(both)
        for parameter in ran.run.demo.parameters
    }
    for name in _in_order(values):
        cells = [
            Label(say.entered(own[name]), code=True) if name in own else NOTHING for own in values
        ]
        yield ComparedRow(labels[name], (cells[0], cells[1]), cells[0] != cells[1])


def _in_order(values: Sequence[dict[str, str]]) -> Iterator[str]:
    yield from dict.fromkeys(name for own in values for name in own)
