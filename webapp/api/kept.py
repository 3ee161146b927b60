"""Kept runs as JSON: `GET /runs/<id>.json`, and `GET /runs/<id>/trace.json` for trace viewers."""

from __future__ import annotations

from flask import Blueprint, Response

from webapp.api.answers import json_answer
from webapp.api.results import result_of
from webapp.pages.run.kept import find_kept, find_stored
from webapp.pages.site.site import Site
from webapp.timeline.reading import draw
from webapp.timeline.trace import draw_trace


def kept_blueprint(site: Site) -> Blueprint:
    """Return the routes of kept runs for programs."""
    blueprint = Blueprint("kept", __name__, url_prefix="/runs")

    @blueprint.get("/<id>.json")
    def show(id: str) -> Response:
        """Send a kept run's whole result with its events."""
        kept = find_kept(site, id)
        return json_answer(result_of(kept.run, kept.stored.recording, events=True))

    @blueprint.get("/<id>/trace.json")
    def trace(id: str) -> Response:
        """Send a run in Chrome's trace format, which Perfetto opens."""
        answer = json_answer(draw_trace(draw(find_stored(site, id).recording)))
        name = f"run-{id}.trace.json"
        answer.headers.set("Content-Disposition", "attachment", filename=name)
        return answer

    return blueprint
