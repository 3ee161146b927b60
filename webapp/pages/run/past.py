"""A run that is over, drawn as a whole: its transcript and its result, as when it was live."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from webapp.engine.recording import Recording
from webapp.pages import addresses
from webapp.pages.run.links import draw_links
from webapp.pages.run.live import Ending, Lines
from webapp.pages.run.result import draw_result
from webapp.pages.site.site import Run, Site
from webapp.pages.texts.transcript import Screen
from webapp.pages.texts.wording import Wording
from webapp.store.runs import StoredRun
from webapp.timeline.scale import View


@dataclass(frozen=True)
class Past:
    """What stands in the places where a live run would be shown.

    `note` says what it is, where that is not what the whole page is about.
    """

    say: Wording
    note: str
    status: str
    clock: str
    lines: Markup
    result: Markup
    page: str


def draw_past(
    site: Site, run: Run, recording: Recording, *, note: str = "", view: View | None = None
) -> Past:
    """Draw a kept run in the language of `run`, its lanes for the time of `view`."""
    say = site.wordings[run.language]
    screen = Screen()
    shown = screen.feed(recording.events) + screen.rest()
    part = addresses.run(run.language, run.id)
    result = draw_result(say, run.demo, run.values, recording, part=part, view=view)
    lines = Lines(say, shown, screen.hidden, screen.last())
    ending = Ending(say, lines, result, draw_links(site, run, recording))
    return Past(
        say=say,
        note=note,
        status=say("run.ready") if note else result.title,
        clock=result.clock,
        lines=Markup(site.render("_lines.html", lines)),
        result=Markup(site.render("run/_result.html", ending)),
        page=addresses.run(run.language, run.id),
    )


def recorded(say: Wording, key: str, stored: StoredRun) -> str:
    """Say when and on what a run was recorded."""
    receipt = stored.recording.receipt
    return say(
        key,
        moment=say.moment(stored.stored_at),
        machine=receipt.machine,
        python=receipt.interpreter,
        cores=receipt.cores,
    )
