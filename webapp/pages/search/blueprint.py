"""The route that stops a search."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from webapp.engine.runner import UnknownRun
from webapp.pages.site.site import Site


def searches_blueprint(site: Site) -> Blueprint:
    """Return the route that stops a search."""
    blueprint = Blueprint("searches", __name__, url_prefix="/searches/<id>")

    @blueprint.post("/stop")
    def stop(id: str) -> Response:
        """Stop a search. Its stream says what was tried until then."""
        try:
            site.runner.cancel(id)
        except UnknownRun:
            abort(404)
        return Response(status=204)

    return blueprint
