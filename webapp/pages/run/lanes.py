"""A run's lanes and its deadlock as a page shows them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import Blueprint, Response
from markupsafe import Markup

from webapp.engine.recording import Recording
from webapp.engine.runner import UnknownRun, Unreachable
from webapp.lessons.text import Language
from webapp.pages import addresses
from webapp.pages.run.kept import find_stored
from webapp.pages.site.site import Site
from webapp.pages.texts.wording import Wording
from webapp.timeline.cycle import draw_cycle
from webapp.timeline.figure import Setting, draw_figure
from webapp.timeline.lanes import Timeline
from webapp.timeline.reading import draw
from webapp.timeline.scale import MILLISECOND, View
from webapp.timeline.steps import draw_steps

KEPT = {"Cache-Control": "private, max-age=86400"}  # a run that is over does not change
LINES = "L"
"""What the ids of a listing's lines begin with."""


def lanes_blueprint(site: Site) -> Blueprint:
    """Serve what a walk through a run shows; the page asks for it when somebody begins to walk."""
    blueprint = Blueprint("lanes", __name__)

    @blueprint.get("/<language:language>/runs/<id>/steps.json")
    def steps(language: Language, id: str) -> Response:
        """Send a run's steps in the words of the language."""
        timeline = draw(find_recording(site, id))
        told = json.dumps(draw_steps(timeline, site.wordings[language]), ensure_ascii=False)
        return Response(told, content_type="application/json", headers=KEPT)

    return blueprint


def find_recording(site: Site, id: str) -> Recording:
    """Give the record of a run that is over, kept or just now. Raises NoSuchRun and StoreError."""
    try:
        recording = site.runner.recording(id)
    except (UnknownRun, Unreachable):
        recording = None
    return recording or find_stored(site, id).recording


@dataclass(frozen=True)
class Part:
    """A part of a run's time that was asked for: `view` is None where that was `wrong`, or all."""

    view: View | None = None
    wrong: bool = False


def read_part(sent: Mapping[str, str], recording: Recording) -> Part:
    """Read `from` and `to`, in milliseconds, from an address."""
    if "from" not in sent and "to" not in sent:
        return Part()
    end = draw(recording).end
    try:
        start = round(float(sent.get("from", 0)) * MILLISECOND)
        stop = round(float(sent.get("to", end / MILLISECOND)) * MILLISECOND)
    except (ValueError, OverflowError):
        return Part(wrong=True)
    if not 0 <= start < min(stop, end):
        return Part(wrong=True)
    return Part(View(start, min(stop, end)))


def draw_lanes(say: Wording, timeline: Timeline, setting: Setting) -> Markup:
    """The lanes as `setting` says; the walk's data are fetched when somebody begins to walk."""
    steps = addresses.steps(say.language, timeline.recording.receipt.run)
    return Markup(draw_figure(timeline, say, replace(setting, steps=steps)))


def draw_deadlock(say: Wording, recording: Recording, *, lines: str = LINES) -> Markup:
    """The graph of a deadlock; nothing where there was none."""
    return Markup(draw_cycle(recording.cycle, say, lines=lines))
