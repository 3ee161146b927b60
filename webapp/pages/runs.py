"""Runs by their id: take a lost stream up again, stop one."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from webapp.engine.runner import UnknownRun
from webapp.pages import addresses
from webapp.pages.form import query_of
from webapp.pages.live import as_events
from webapp.pages.site import Run, Site
from webapp.pages.topics import STREAM


def runs_blueprint(site: Site) -> Blueprint:
    """Make the addresses of runs."""
    blueprint = Blueprint("runs", __name__, url_prefix="/runs/<id>")

    @blueprint.get("/events")
    def events(id: str) -> Response:
        """Stream a run from the event after `Last-Event-ID`."""
        run = _known(site, id)
        after = request.headers.get("Last-Event-ID", 0, type=int)
        stream = as_events(site, run, max(0, after))
        return Response(stream, headers=STREAM, mimetype="text/event-stream")

    @blueprint.post("/cancel")
    def cancel(id: str) -> AnyResponse:
        """Stop a run; what it reported so far is kept."""
        run = _known(site, id)
        site.runner.cancel(id)
        if request.headers.get("HX-Request") == "true":
            return Response(status=204)
        query = query_of(run.demo, run.values, transcript_only=run.transcript_only)
        return redirect(addresses.demo(run.language, run.topic, run.demo, query), 303)

    return blueprint


def _known(site: Site, id: str) -> Run:
    try:
        site.runner.state(id)
        return site.runs.find(id)
    except UnknownRun:
        abort(404)
