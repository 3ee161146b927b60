"""A class's room as JSON, for whoever has its key: `GET /api/class/<key>`."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Blueprint, Response, abort

from webapp.api.answers import json_answer
from webapp.engine.runner import UnknownRun
from webapp.pages.classroom.decided import asked, decisions
from webapp.pages.site.site import Site
from webapp.store.rooms import Ballot, UnknownRoom


def add_rooms(blueprint: Blueprint, site: Site) -> None:
    """Add the route of a room."""

    @blueprint.get("/class/<key>")
    def room(key: str) -> Response:
        """Send all that a room has voted on, and what its runs decided."""
        try:
            found = site.store.rooms.of_key(key)
        except UnknownRoom:
            abort(404)
        ballots = [_ballot(site, found.code, one) for one in site.store.rooms.ballots(found.code)]
        return json_answer({"room": found.code, "stage": found.stage.value, "ballots": ballots})


def _ballot(site: Site, code: str, ballot: Ballot) -> dict[str, Any]:
    own = site.store.rooms.runs(code, ballot.number)
    tally = site.store.rooms.tally(code, ballot.number)
    return {
        "ballot": ballot.number,
        "demo": ballot.demo,
        "question": ballot.question,
        "votes": [dict(counts) for _, counts in sorted(tally.items())],
        "run": ballot.run,
        "true": _true(site, code, ballot),
        "own_runs": len(own),
        "own_true": dict(Counter(option for _, options in own.values() for option in options)),
    }


def _true(site: Site, code: str, ballot: Ballot) -> list[str]:
    """Return the options that the run made true; none while it runs, or if it is gone."""
    of = asked(site, ballot)
    try:
        answer = decisions.find(site, code, of) if of and ballot.run else None
    except UnknownRun:
        answer = None
    return [*answer.true] if answer else []
