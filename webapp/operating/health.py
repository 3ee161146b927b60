"""Health checks: whether the server is alive, and whether it is ready to serve."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Blueprint, Response, json

from webapp.engine.runner import Runner
from webapp.store.errors import StoreError
from webapp.store.store import Store

LIVE, READY = "/healthz", "/readyz"

PATIENCE = 2.0
"""Seconds that the engine has to answer."""

NO_STORE = {"Cache-Control": "no-store"}

log = logging.getLogger(__name__)


def health_blueprint(runner: Runner, store: Store) -> Blueprint:
    """Return the routes of both checks."""
    blueprint = Blueprint("health", __name__)
    parts: dict[str, Callable[[], bool]] = {
        "engine": lambda: runner.answers(PATIENCE),
        "database": lambda: _answers(store),
    }

    @blueprint.get(LIVE)
    def live() -> Response:
        """Return that the server is alive. If this fails, it should be restarted."""
        return _json({"live": True})

    @blueprint.get(READY)
    def ready() -> Response:
        """Check the engine and the database. If this fails, visitors should go elsewhere."""
        found = {name: answers() for name, answers in parts.items()}
        return _json(found, 200 if all(found.values()) else 503)

    return blueprint


def _answers(store: Store) -> bool:
    try:
        store.check()
    except StoreError as error:
        log.error("%s", error)
        return False
    return True


def _json(told: dict[str, bool], status: int = 200) -> Response:
    return Response(f"{json.dumps(told)}\n", status, NO_STORE, "application/json")
