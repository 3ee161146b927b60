"""What a search of a demo's schedules has tried, in words and numbers."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.engine.findings import Found
from webapp.lessons.repeats.distribution import Key
from webapp.pages import addresses
from webapp.pages.repeat.histogram import Histogram, HistogramBar
from webapp.pages.repeat.label import Label, count_text, outcome_label
from webapp.pages.search.running import FURTHER
from webapp.pages.texts.wording import Wording

MOST_BARS = 12
"""Outcomes; the last bar is of all others."""


@dataclass(frozen=True)
class SearchPanel:
    """The panel below an ended search. `smallest` says how the smallest breaking run comes about,
    `play` is where the visitor can choose a schedule ("": nowhere). `further` is where a search
    with one switch more is posted, and `smaller` the demo with values that take fewer steps ("":
    there is none)."""

    say: Wording
    title: str
    facts: tuple[str, ...]
    outcomes: Histogram
    switches: Histogram
    smallest: str
    broken: bool
    play: str
    further: str
    smaller: str
    how: str


def build_panel(
    say: Wording, label: str, found: Found[Key], *, play: str, search: str, smaller: str
) -> SearchPanel:
    """Return the panel; `label` says what the outcomes are, `search` is where to search again.

    `smaller` is the demo with values that take fewer steps ("": there are none).
    """
    return SearchPanel(
        say=say,
        title=_title(say, found),
        facts=tuple(_facts(say, found)),
        outcomes=outcome_histogram(say, label, found),
        switches=_switches_histogram(say, found),
        smallest=_smallest(say, found),
        broken=found.smallest is not None,
        play=play,
        further=search if _has_more(found) else "",
        smaller=smaller if _broke_off(found) else "",
        how=addresses.about(say.language, "schedules"),
    )


def extent(say: Wording, found: Found[Key]) -> str:
    """Return the sentences that say exactly what was tried, and what a switch is."""
    return f"{_tried(say, found)} {say('search.switch')}"


def _tried(say: Wording, found: Found[Key]) -> str:
    end, number = found.end, found.by_switches.total()
    if end is None:
        return say("search.lost", count=number)
    if end.why == "all":
        return say("search.all", count=number, switches=end.complete)
    stopped = say(f"search.{end.why}", count=number, seconds=round(end.seconds))
    if end.complete < 0:
        return stopped
    few = {0: "search.complete_without", 1: "search.complete_one"}
    return f"{stopped} {say(few.get(end.complete, 'search.complete'), switches=end.complete)}"


def _has_more(found: Found[Key]) -> bool:
    end = found.end
    return end is not None and end.why == "all" and end.complete < FURTHER.switches


def _broke_off(found: Found[Key]) -> bool:
    """Return whether a search ended before it had found anything or tried all."""
    return not found.smallest and found.end is not None and found.end.why != "all"


def _title(say: Wording, found: Found[Key]) -> str:
    if found.smallest:
        return say("search.title_broken", count=found.broken)
    if found.end and found.end.why == "all":
        return say("search.title_all", switches=found.end.complete)
    why = found.end.why if found.end else "lost"
    return say(f"search.title_{why}", count=found.by_switches.total())


def _facts(say: Wording, found: Found[Key]) -> list[str]:
    facts = [extent(say, found)]
    if not found.smallest:
        facts.append(say("search.no_proof"))
    for reason, count in found.stopped.items():
        key = "astray" if reason in ("not there", "cannot go on") else reason
        facts.append(say(f"search.stopped_{key}", count=count))
    return facts


def _smallest(say: Wording, found: Found[Key]) -> str:
    if not found.smallest:
        return ""
    return say("search.smallest", switches=_switches(say, found.smallest.switches))


def outcome_histogram(say: Wording, label: str, found: Found[Key]) -> Histogram:
    """Return how often each outcome has come; `label` says what the outcomes are."""
    counts = found.outcomes.most_common()
    bars = [(outcome_label(say, key), count) for key, count in counts[:MOST_BARS]]
    if others := counts[MOST_BARS:]:
        label_of_others = Label(say("repeat.others", count=len(others)))
        bars.append((label_of_others, sum(count for _, count in others)))
    whole = found.outcomes.total()
    return Histogram(
        say("repeat.outcome", label=label),
        tuple(_bar(say, name, count_text(say, count), count, whole) for name, count in bars),
    )


def _switches_histogram(say: Wording, found: Found[Key]) -> Histogram:
    whole = found.by_switches.total()
    bars = tuple(
        _bar(
            say,
            Label(_switches(say, switches)),
            say("search.schedules", count=count),
            count,
            whole,
        )
        for switches, count in sorted(found.by_switches.items())
    )
    return Histogram(say("search.by_switches"), bars)


def _bar(say: Wording, label: Label, often: str, count: int, whole: int) -> HistogramBar:
    part = count / whole
    share = say("repeat.share", percent=round(100 * part))
    return HistogramBar(label, (), often, share, part=round(part, 4))


def _switches(say: Wording, count: int) -> str:
    key = {0: "search.no_switch", 1: "search.one_switch"}.get(count, "search.switches")
    return say(key, count=count)
