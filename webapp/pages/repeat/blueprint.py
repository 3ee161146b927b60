"""The route that stops a repetition."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from webapp.pages.site.site import Site


def repetitions_blueprint(site: Site) -> Blueprint:
    """Return the route that stops a repetition."""
    blueprint = Blueprint("repetitions", __name__, url_prefix="/repetitions/<id>")

    @blueprint.post("/stop")
    def stop(id: str) -> Response:
        """Stop a repetition: end its live runs and keep the results of the others."""
        try:
            site.repetitions.stop(id)
        except KeyError:
            abort(404)
        return Response(status=204)

    return blueprint
