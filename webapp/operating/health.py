"""Whether the site lives, and whether it can do its work: for whoever starts and watches it."""

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
    """Make the two addresses."""
    blueprint = Blueprint("health", __name__)
    parts: dict[str, Callable[[], bool]] = {
        "engine": lambda: runner.answers(PATIENCE),
        "database": lambda: _answers(store),
    }

    @blueprint.get(LIVE)
    def live() -> Response:
        """Say that requests are answered; where this fails, the server is to be started anew."""
        return _json({"live": True})

    @blueprint.get(READY)
    def ready() -> Response:
        """Say whether the engine and the database answer; where not, send visitors elsewhere."""
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
