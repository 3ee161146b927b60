"""The routes of a repetition that goes on: a page takes it up again, or stops it."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from webapp.lessons.text import Language
from webapp.pages.htmx import streamed
from webapp.pages.repeat.stream import as_events
from webapp.pages.site.site import Site


def repetitions_blueprint(site: Site) -> Blueprint:
    """Return the routes of repetitions."""
    blueprint = Blueprint("repetitions", __name__)

    @blueprint.get("/<language:language>/repetitions/<id>/_panel")
    def panel(language: Language, id: str) -> Response:
        """Send a repetition to the page of its demo: what it has so far, and then what comes."""
        try:
            repetition = site.repetitions.find(id)
        except KeyError:
            return Response(status=204)  # the page stays as it is
        site.room.check()
        return streamed(as_events(site, repetition, language), "text/event-stream")

    @blueprint.post("/repetitions/<id>/stop")
    def stop(id: str) -> Response:
        """Stop a repetition: end its live runs and keep the results of the others."""
        try:
            site.repetitions.stop(id)
        except KeyError:
            abort(404)
        return Response(status=204)

    return blueprint
