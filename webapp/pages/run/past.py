"""Renders an ended run as it looked live: its transcript and its result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from markupsafe import Markup

from webapp.engine.recording import Recording
from webapp.pages import addresses
from webapp.pages.run.links import build_links
from webapp.pages.run.live import Ending, TranscriptLines
from webapp.pages.run.result import build_result
from webapp.pages.site.site import Run, Site
from webapp.pages.texts.transcript import Screen
from webapp.pages.texts.wording import Wording
from webapp.store.runs import StoredRun
from webapp.timeline.scale import View


@dataclass(frozen=True)
class Past:
    """An ended run, rendered for the same places on a page as a live one.

    `note` says what the run is; it is "" on the run's own page.
    """

    say: Wording
    note: str
    status: str
    clock: str
    lines: Markup
    lanes: Markup
    result: Markup


def render_past(
    site: Site, run: Run, recording: Recording, *, note: str = "", view: View | None = None
) -> Past:
    """Render a kept run in the language of `run`. `view` limits the time of its lanes."""
    say = site.wordings[run.language]
    screen = Screen()
    shown = screen.feed(recording.events) + screen.rest()
    part = addresses.run(run.language, run.id)
    result = build_result(site, run, recording, part=part, view=view)
    lines = TranscriptLines(say, shown, screen.hidden, screen.last())
    ending = Ending(say, lines, result, build_links(site, run, recording))
    return Past(
        say=say,
        note=note,
        status=say("run.ready") if note else result.title,
        clock=result.clock,
        lines=lines.html,
        lanes=Markup(site.render("run/_shown.html", result)),
        result=Markup(site.render("run/_result.html", ending)),
    )


def recorded_note(say: Wording, key: str, stored: StoredRun) -> str:
    """Return the sentence that says when and on what machine a run was recorded."""
    receipt = stored.recording.receipt
    return say(
        key,
        moment=say.moment(datetime.fromisoformat(receipt.started_at).astimezone(UTC)),
        machine=receipt.machine,
        python=receipt.interpreter,
        cores=receipt.cores,
    )
