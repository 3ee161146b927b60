"""The blueprints of all routes for programs, and of the page that explains them."""

from __future__ import annotations

from functools import cache

from flask import Blueprint, Response, redirect
from werkzeug.wrappers import Response as AnyResponse

from webapp.api.answers import json_answer
from webapp.api.bodies import refuse_large_bodies, refuse_queries
from webapp.api.docs import docs_blueprint
from webapp.api.document import openapi_document
from webapp.api.kept import kept_blueprint
from webapp.api.report import report_blueprint
from webapp.api.rooms import add_rooms
from webapp.api.runs import add_runs
from webapp.api.topics import add_topics
from webapp.engine.runner import UnknownRun
from webapp.pages import addresses
from webapp.pages.languages import visitor_language
from webapp.pages.site.site import Site


def api_blueprints(site: Site) -> tuple[Blueprint, ...]:
    """Return the blueprints of our API, kept runs, the report's routes and the page about them."""
    return _own(site), kept_blueprint(site), report_blueprint(site), docs_blueprint(site)


def _own(site: Site) -> Blueprint:
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    blueprint.before_request(refuse_large_bodies)
    blueprint.before_request(refuse_queries)
    add_topics(blueprint, site)
    add_runs(blueprint, site)
    add_rooms(blueprint, site)

    @cache
    def document() -> bytes:
        return json_answer(openapi_document(site)).get_data()

    @blueprint.get("/openapi.json")
    def openapi() -> Response:
        """Send the OpenAPI document."""
        return Response(document(), content_type="application/json")

    @blueprint.get("/docs")
    def docs() -> AnyResponse:
        """Redirect to the page about the API in the browser's language."""
        response = redirect(addresses.api(visitor_language()))
        response.headers["Vary"] = "Accept-Language"
        response.headers["Cache-Control"] = "no-cache"
        return response

    @blueprint.errorhandler(UnknownRun)
    def unknown(error: UnknownRun) -> Response:
        """Answer 404: the runner does not know the run, or has dropped it."""
        return json_answer({"detail": "Not Found"}, 404)

    return blueprint
