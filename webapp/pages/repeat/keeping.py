"""Stores the notable runs of a repetition."""

from __future__ import annotations

from dataclasses import replace

from webapp.lessons.repeats import distribution as distributions
from webapp.pages.repeat.running import Repetition
from webapp.pages.run.keeping import keep
from webapp.pages.site.site import Run, Site


def keep_notable(site: Site, run: Run, repetition: Repetition) -> frozenset[str]:
    """Store one run per outcome, the quickest and the slowest run. Return the ids of those stored.

    `run` is the first run of the repetition.
    """
    tally = repetition.tally
    outcomes = distributions.outcomes(tally.summaries)
    rarest = distributions.rarest(outcomes)
    bars = [*outcomes.bars, *([rarest.bar] if rarest else [])]
    firsts = (next((id for id in bar.runs if id in tally.held), None) for bar in bars)
    extremes = (summary.run for summary in (tally.quickest, tally.slowest) if summary)
    chosen = {id for id in (*firsts, *extremes) if id in tally.held}
    # The most usual comes last: the latest run of a demo becomes the example on its page.
    counts = {id: len(bar.runs) for bar in outcomes.seen for id in bar.runs}
    return frozenset(
        id
        for id in sorted(chosen, key=lambda id: counts[id])
        if keep(site, replace(run, id=id), tally.held[id])
    )
