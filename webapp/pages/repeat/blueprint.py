"""Where many runs of one demo are stopped."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from webapp.pages.site.site import Site


def repetitions_blueprint(site: Site) -> Blueprint:
    """Make the address at which many runs of one demo are stopped."""
    blueprint = Blueprint("repetitions", __name__, url_prefix="/repetitions/<id>")

    @blueprint.post("/stop")
    def stop(id: str) -> Response:
        """Start no more of them, and end those that are going on; what came of the others stays."""
        try:
            site.repetitions.stop(id)
        except KeyError:
            abort(404)
        return Response(status=204)

    return blueprint
