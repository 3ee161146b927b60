"""The routes of the course report, made from `report_table`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from flask import Blueprint, Response, request
from werkzeug.exceptions import MethodNotAllowed

from webapp.api.answers import Detail, NotFinished, Unprocessable, detail, json_answer
from webapp.api.bodies import refuse_large_bodies
from webapp.api.following import run_to_end
from webapp.api.report_table import ROUTES, UNIT, Number, Query, Route
from webapp.engine.program import Program
from webapp.engine.recording import Outcome
from webapp.lessons.topic import Demo, find_demo
from webapp.pages.guard import refuse_foreign_pages
from webapp.pages.site.site import Site

# What pydantic reads as a whole number, since the report used pydantic.
_WHOLE = re.compile(r"\s*([+-]?[0-9]+(?:_[0-9]+)*)(?:\.0+)?\s*", re.ASCII)
_LONGEST = 4000  # characters; below the number of digits that Python refuses to convert


def report_blueprint(site: Site) -> Blueprint:
    """Return the routes of the report whose demos are in the course."""
    blueprint = Blueprint("report", __name__)
    blueprint.before_request(refuse_foreign_pages)  # a GET of these routes starts a run
    blueprint.before_request(refuse_large_bodies)
    for route in ROUTES:
        if found := find_demo(site.topics, route.demo):
            for path in route.paths:
                blueprint.add_url_rule(
                    f"{path}/",
                    endpoint=path.rpartition("/")[2],
                    view_func=_view(site, route, found[1]),
                    methods=["GET"],
                    strict_slashes=False,
                    provide_automatic_options=False,
                )
    return blueprint


def read_queries(queries: Sequence[Query], given: Mapping[str, Sequence[str]]) -> dict[str, Number]:
    """Return the values of the query's parameters.

    The last value of a repeated parameter counts; unknown parameters are ignored. Raises
    Unprocessable with all errors, in order of declaration.
    """
    values: dict[str, Number] = {}
    problems: list[Detail] = []
    for query in queries:
        sent = given.get(query.name)
        if sent:
            _read(query, sent[-1], values, problems)
        elif query.default is not None:
            values[query.name] = query.default
        else:
            problems.append(detail("missing", ["query", query.name], None))
    if problems:
        raise Unprocessable(problems)
    return values


def _view(site: Site, route: Route, demo: Demo) -> Callable[[], Response]:
    @site.limit_runs
    def view() -> Response:
        # Flask adds HEAD to each GET route; here it would start a run whose answer is not sent.
        if request.method == "HEAD":
            raise MethodNotAllowed(["GET"])
        given = read_queries((*route.queries, UNIT), request.args.to_dict(flat=False))
        program = Program(demo.path, route.values(given), needs=demo.needs)
        with site.room.waiting():
            recording = run_to_end(site.runner, program, observe=False)
        if recording.outcome is not Outcome.FINISHED or recording.dropped:
            raise NotFinished(recording.outcome)
        answer = route.reads(recording)
        return json_answer({route.envelope: answer} if route.envelope else answer)

    return view


def _read(query: Query, given: str, values: dict[str, Number], problems: list[Detail]) -> None:
    loc = ["query", query.name]
    number = _whole(given) if query.whole else _number(given)
    if number is None:
        problems.append(detail(f"{'int' if query.whole else 'float'}_parsing", loc, given))
    elif not number <= query.maximum:  # `not`, so that NaN is out of bounds
        problems.append(detail("less_than_equal", loc, given, le=query.maximum))
    elif number < query.minimum:
        problems.append(detail("greater_than_equal", loc, given, ge=query.minimum))
    else:
        values[query.name] = number


def _whole(given: str) -> int | None:
    found = _WHOLE.fullmatch(given[: _LONGEST + 1])
    return int(found.group(1)) if found and len(given) <= _LONGEST else None


def _number(given: str) -> float | None:
    try:
        return float(given) if given.isascii() else None
    except ValueError:
        return None
