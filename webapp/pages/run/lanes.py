"""A run's lanes and its deadlock graph, as a page shows them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import Blueprint, Response
from markupsafe import Markup

from webapp.engine.recording import Recording
from webapp.engine.runner import UnknownRun, Unreachable
from webapp.lessons.text import Language
from webapp.lessons.values import in_latin_digits
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

CACHED = {"Cache-Control": "private, max-age=86400"}  # an ended run does not change
LINES = "L"
"""The prefix of the ids of a listing's lines."""


def lanes_blueprint(site: Site) -> Blueprint:
    """Return the route of a run's steps, which a page fetches when the walk-through is opened."""
    blueprint = Blueprint("lanes", __name__)

    @blueprint.get("/<language:language>/runs/<id>/steps.json")
    def steps(language: Language, id: str) -> Response:
        """Send a run's steps in one language, as JSON."""
        timeline = draw(find_recording(site, id))
        content = json.dumps(draw_steps(timeline, site.wordings[language]), ensure_ascii=False)
        return Response(content, content_type="application/json", headers=CACHED)

    return blueprint


def find_recording(site: Site, id: str) -> Recording:
    """Return an ended run's record, from the runner or the store.

    Raises NoSuchRun and StoreError.
    """
    try:
        recording = site.runner.recording(id)
    except (UnknownRun, Unreachable):
        recording = None
    return recording or find_stored(site, id).recording


@dataclass(frozen=True)
class Part:
    """The part of a run's time to show. `view` is None for all of it, and for a `wrong` request."""

    view: View | None = None
    wrong: bool = False


def read_part(sent: Mapping[str, str], recording: Recording) -> Part:
    """Read `from` and `to`, in milliseconds, from a query."""
    if "from" not in sent and "to" not in sent:
        return Part()
    end = draw(recording).end
    try:
        start = round(_number(sent.get("from", "0")) * MILLISECOND)
        stop = round(_number(sent.get("to", f"{end / MILLISECOND}")) * MILLISECOND)
    except (ValueError, OverflowError):
        return Part(wrong=True)
    if not 0 <= start < min(stop, end):
        return Part(wrong=True)
    return Part(View(start, min(stop, end)))


def _number(entered: str) -> float:
    """Read a number in Latin or Persian digits. Raises ValueError."""
    return float(in_latin_digits(entered))


def draw_lanes(say: Wording, timeline: Timeline, setting: Setting) -> Markup:
    """Draw the lanes as `setting` says. Their steps are fetched when the walk-through is opened."""
    steps = addresses.steps(say.language, timeline.recording.receipt.run)
    return Markup(draw_figure(timeline, say, replace(setting, steps=steps)))


def draw_deadlock(say: Wording, recording: Recording, *, lines: str = LINES) -> Markup:
    """Draw the graph of a deadlock; empty if there was none."""
    return Markup(draw_cycle(recording.cycle, say, lines=lines))
