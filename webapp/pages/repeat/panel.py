"""What many runs of one demo show together: how often what came, and which lines kept order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from webapp.engine.recording import Outcome
from webapp.lessons.repeats import distribution
from webapp.lessons.repeats.distribution import Bar, Distribution, Key, Range, Rarest
from webapp.lessons.repeats.lines import ComparedLine, compare_lines
from webapp.lessons.repeats.summary import LINES_COMPARED, Summary
from webapp.lessons.text import Text
from webapp.pages import addresses
from webapp.pages.repeat.running import RUNS, Repetition
from webapp.pages.site.site import Run, Site
from webapp.pages.texts.wording import Wording

SHORT_LABEL = 16
"""Letters: longer ones stand above their bars."""

LINES_SHOWN = 60
LINES_OPEN = 20
"""Tables of lines that are no longer than this are open from the beginning."""

SIGNS = {True: "✓", False: "↕", None: "–"}
STATES = {True: "kept", False: "moved", None: "partly"}


@dataclass(frozen=True)
class Label:
    """What runs came to, as it is read. What is `code` is the program's own text."""

    text: str
    code: bool = False


@dataclass(frozen=True)
class DrawnBar:
    """One bar: its `width` is 100 if it is the longest; `address` is one of its runs', or ""."""

    label: Label
    width: int
    often: str
    share: str
    address: str = ""


@dataclass(frozen=True)
class Histogram:
    """How often each outcome, or each time, came."""

    title: str
    bars: tuple[DrawnBar, ...]
    links: tuple[Link, ...] = ()

    @property
    def long(self) -> bool:
        """Whether its labels are too long to stand beside their bars."""
        return any(len(bar.label.text) > SHORT_LABEL for bar in self.bars)


@dataclass(frozen=True)
class Link:
    """A run to look at."""

    text: str
    address: str


@dataclass(frozen=True)
class RarestRun:
    """What came least often. Without an address its run could not be kept."""

    label: Label
    often: str
    ties: str
    address: str


@dataclass(frozen=True)
class LineRow:
    """A line over all runs: its places, and whether it kept its order."""

    text: str
    occurrence: str
    places: str
    state: str
    sign: str
    order: str


@dataclass(frozen=True)
class Lines:
    """The table of lines under its `summary`, and what is not in it."""

    summary: str
    reading: str
    rows: tuple[LineRow, ...]
    notes: tuple[str, ...]
    open: bool


@dataclass(frozen=True)
class Repeats:
    """The panel below many runs that are over."""

    say: Wording
    status: str
    clock: str
    title: str
    facts: tuple[str, ...]
    histograms: tuple[Histogram, ...]
    reading: str
    rarest: RarestRun | None
    lines: Lines | None


def draw_repeats(site: Site, run: Run, repetition: Repetition) -> Repeats:
    """Say in the page's language what many runs came to, and keep those that it links to."""
    say = site.wordings[run.language]
    summaries = repetition.tally.summaries
    outcomes, walls = distribution.outcomes(summaries), distribution.walls(summaries)
    rarest = distribution.rarest(outcomes)
    kept = _kept(site, run, repetition, outcomes, rarest)
    return Repeats(
        say=say,
        status=say("repeat.over", count=len(summaries), all=RUNS),
        clock=f"{repetition.took:.3f} s",
        title=_title(say, len(summaries)),
        facts=tuple(_facts(say, repetition)),
        histograms=tuple(_histograms(say, run, repetition, (outcomes, walls), kept)),
        reading=_reading(say, outcomes, len(summaries)),
        rarest=_rarest(say, rarest, kept) if rarest else None,
        lines=_lines(say, summaries),
    )


def tell(say: Wording, told: Key) -> Label:
    """Write what a run came to."""
    match told:
        case None:
            return Label(say("repeat.untold"))
        case Outcome():
            return Label(say(f"outcome.{told.name.lower()}.title"))
        case Text():
            return Label(told[say.language])
        case Range():
            return Label(say("repeat.range", low=told.low, high=told.high))
        case str():
            return Label(told, code=True)
        case int() | float():
            return Label(say.number(told))


def _kept(
    site: Site, run: Run, repetition: Repetition, outcomes: Distribution, rarest: Rarest | None
) -> Mapping[str, str]:
    """Store the runs that are worth a look; give the address of each that could be."""
    tally = repetition.tally
    bars = [*outcomes.bars, *([rarest.bar] if rarest else [])]
    firsts = (next((id for id in bar.runs if id in tally.held), None) for bar in bars)
    extremes = (summary.run for summary in (tally.quickest, tally.slowest) if summary)
    chosen = {id for id in (*firsts, *extremes) if id in tally.held}
    # The most usual last, for the last one of a demo is shown before a visitor's first run.
    often = {id: len(bar.runs) for bar in outcomes.seen for id in bar.runs}
    return {
        id: addresses.run(run.language, id)
        for id in sorted(chosen, key=lambda id: often[id])
        if site.keep(replace(run, id=id), tally.held[id])
    }


def _facts(say: Wording, repetition: Repetition) -> Iterator[str]:
    summaries = repetition.tally.summaries
    if len(summaries) < RUNS:
        reason = "stopped" if repetition.stopped else "fewer"
        yield say(f"repeat.{reason}", count=len(summaries), all=RUNS)
    if repetition.together > 1:
        alone = say.seconds(sum(summary.wall for summary in summaries))
        together = repetition.together
        yield say("repeat.together", count=together, took=say.seconds(repetition.took), alone=alone)
    elif len(summaries) > 1:
        yield say("repeat.in_turn", took=say.seconds(repetition.took))
    endings = distribution.endings(summaries)
    if any(ending is not Outcome.FINISHED for ending, _ in endings):
        told = (
            say("repeat.ending", title=say(f"outcome.{ending.name.lower()}.title"), count=count)
            for ending, count in endings
        )
        yield say("repeat.endings", list=say("list.separator").join(told))


def _histograms(
    say: Wording,
    run: Run,
    repetition: Repetition,
    found: tuple[Distribution, Distribution],
    kept: Mapping[str, str],
) -> Iterator[Histogram]:
    outcomes, walls = found
    if outcomes.bars:
        title = say("repeat.outcome", label=run.demo.outcome.label[run.language])
        yield Histogram(title, tuple(_bars(say, outcomes, kept)))
    if walls.bars:
        short = repetition.tally.slowest is None or repetition.tally.slowest.wall < 1
        title = say("repeat.wall_ms" if short else "repeat.wall_s")
        scaled = _in_milliseconds(walls) if short else walls
        bars = tuple(replace(bar, address="") for bar in _bars(say, scaled, {}))
        yield Histogram(title, bars, tuple(_extremes(say, repetition, kept)))


def _bars(say: Wording, distribution: Distribution, kept: Mapping[str, str]) -> Iterator[DrawnBar]:
    tail = [run for bar in distribution.tail for run in bar.runs]
    counts = [*(len(bar.runs) for bar in distribution.bars), len(tail)]
    for bar in distribution.bars:
        address = next((kept[id] for id in bar.runs if id in kept), "")
        yield _bar(say, tell(say, bar.key), len(bar.runs), counts, address)
    if tail:
        others = Label(say("repeat.others", count=len(distribution.tail)))
        yield _bar(say, others, len(tail), counts, "")


def _bar(say: Wording, label: Label, count: int, counts: Sequence[int], address: str) -> DrawnBar:
    share = say("repeat.share", percent=round(100 * count / sum(counts)))
    return DrawnBar(label, round(100 * count / max(counts)), _often(say, count), share, address)


def _title(say: Wording, count: int) -> str:
    few = {0: "repeat.title_none", 1: "repeat.title_one"}
    return say(few.get(count, "repeat.title"), count=count)


def _often(say: Wording, count: int) -> str:
    return say({0: "repeat.never", 1: "repeat.once"}.get(count, "repeat.times"), count=count)


def _in_milliseconds(seconds: Distribution) -> Distribution:
    return Distribution(tuple(Bar(_scaled(bar.key), bar.runs) for bar in seconds.bars))


def _scaled(key: Key) -> Key:
    if isinstance(key, Range):
        return Range(Decimal(key.low).scaleb(3), Decimal(key.high).scaleb(3))
    return key * 1000.0 if isinstance(key, int | float) else key


def _extremes(say: Wording, repetition: Repetition, kept: Mapping[str, str]) -> Iterator[Link]:
    tally = repetition.tally
    for name, summary in (("quickest", tally.quickest), ("slowest", tally.slowest)):
        if summary and summary.run in kept:
            text = say(f"repeat.{name}", time=say.seconds(summary.wall))
            yield Link(text, kept[summary.run])


def _reading(say: Wording, outcomes: Distribution, count: int) -> str:
    kinds = len(outcomes.seen)
    if count <= 1 or not kinds:
        return ""
    return say("repeat.same" if kinds == 1 else "repeat.differ", count=count, kinds=kinds)


def _rarest(say: Wording, rarest: Rarest, kept: Mapping[str, str]) -> RarestRun:
    ties = say("repeat.ties", count=rarest.ties) if rarest.ties else ""
    address = next((kept[id] for id in rarest.bar.runs if id in kept), "")
    return RarestRun(tell(say, rarest.bar.key), _often(say, len(rarest.bar.runs)), ties, address)


def _lines(say: Wording, summaries: Sequence[Summary]) -> Lines | None:
    compared = compare_lines(summaries)
    if compared.runs <= 1 or not (compared.lines or compared.once):
        return None
    everywhere = [line for line in compared.lines if line.kept is not None]
    notes = []
    if compared.once:
        notes.append(say("repeat.lines_once", count=len(compared.once), line=compared.once[0]))
    if compared.cut:
        notes.append(say("repeat.lines_cut", count=LINES_COMPARED))
    if hidden := compared.lines[LINES_SHOWN:]:
        notes.append(say("repeat.lines_hidden", count=len(hidden)))
    return Lines(
        summary=say(
            "repeat.lines",
            kept=sum(1 for line in everywhere if line.kept),
            all=len(everywhere),
        ),
        reading=say("repeat.lines_note", count=compared.runs),
        rows=tuple(_row(say, line, compared.runs) for line in compared.lines[:LINES_SHOWN]),
        notes=tuple(notes),
        open=len(compared.lines) <= LINES_OPEN,
    )


def _row(say: Wording, line: ComparedLine, runs: int) -> LineRow:
    moves = line.earliest != line.latest
    state = STATES[line.kept]
    return LineRow(
        text=line.text,
        occurrence=say("repeat.occurrence", number=line.occurrence) if line.repeated else "",
        places=say("repeat.places", first=line.earliest, last=line.latest)
        if moves
        else say.number(line.earliest),
        state=state,
        sign=SIGNS[line.kept],
        order=say(f"repeat.{state}", runs=line.runs, all=runs),
    )
