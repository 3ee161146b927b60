"""The routes that start a run, show it and stop it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from webapp.api.answers import Detail, Unprocessable, detail, details, json_answer
from webapp.api.bodies import read_object
from webapp.api.following import as_events, await_end
from webapp.api.results import result_of, state_of
from webapp.engine.runner import Phase, State, UnknownRun, Unreachable
from webapp.lessons.parameters import InvalidParameters, take_all
from webapp.lessons.text import DEFAULT_LANGUAGE
from webapp.lessons.topic import Demo, Topic, find_demo
from webapp.lessons.values import Values
from webapp.pages.guard import visitor_address
from webapp.pages.htmx import streamed
from webapp.pages.run.keeping import keep_ended
from webapp.pages.run.kept import find_kept
from webapp.pages.site.site import Run, Site

FIELDS = ("demo", "parameters", "observe", "slow_motion", "events")


@dataclass(frozen=True)
class RunRequest:
    """A valid request for a run."""

    topic: Topic
    demo: Demo
    values: Values
    observe: bool
    events: bool
    slow_motion: bool


def add_runs(blueprint: Blueprint, site: Site) -> None:
    """Add the routes of runs."""

    @blueprint.post("/runs")
    @site.limit_runs
    def start() -> Response:
        """Run a demo; answer when it has ended, or stream its events."""
        requested = read_run_request(site, read_object())
        if _takes_events():
            return _streamed(site, _started(site, requested))
        with site.room.waiting():
            run = _started(site, requested)
            await_end(site.runner, run.id)
            ended = keep_ended(site, run)
        return json_answer(result_of(run, ended.recording, events=requested.events))

    @blueprint.get("/runs/<id>")
    def show(id: str) -> Response:
        """Send a run's state, and its result if it has ended."""
        try:
            run = site.find(id)
        except (UnknownRun, Unreachable):
            return _kept(site, id)
        if _takes_events():
            return _streamed(site, run, request.headers.get("Last-Event-ID", 0, type=int))
        recording = site.runner.recording(id)
        result = None if recording is None else result_of(run, recording, events=True)
        return json_answer({**state_of(run, site.runner.state(id)), "result": result})

    @blueprint.post("/runs/<id>/cancel")
    def cancel(id: str) -> Response:
        """Stop a run and keep what it has reported."""
        site.find(id)
        site.runner.cancel(id)
        return Response(status=204)


def read_run_request(site: Site, body: Mapping[str, Any]) -> RunRequest:
    """Check the body of a request. Raises Unprocessable with all errors."""
    problems: list[Detail] = []
    topic, demo = _named(site, body, problems)
    values = _values(demo, body, problems) if demo else {}
    observe = _switch(body, "observe", problems, default=True)
    events = _switch(body, "events", problems, default=False)
    slow_motion = _switch(body, "slow_motion", problems, default=False)
    if slow_motion and not observe:
        problems.append(detail("not_observed", ["body", "slow_motion"], True))
    problems += [
        detail("extra_forbidden", ["body", name], body[name]) for name in body if name not in FIELDS
    ]
    if problems or topic is None or demo is None:
        raise Unprocessable(problems)
    return RunRequest(topic, demo, values, observe, events, slow_motion)


def _named(
    site: Site, body: Mapping[str, Any], problems: list[Detail]
) -> tuple[Topic | None, Demo | None]:
    if "demo" not in body:
        problems.append(detail("missing", ["body", "demo"], dict(body)))
        return None, None
    name = body["demo"]
    if not isinstance(name, str):
        problems.append(detail("string_type", ["body", "demo"], name))
        return None, None
    if found := find_demo(site.topics, name):
        return found
    problems.append(detail("no_such_demo", ["body", "demo"], name))
    return None, None


def _values(demo: Demo, body: Mapping[str, Any], problems: list[Detail]) -> Values:
    """Check the parameters. Without `parameters` the defaults are used; else all are required."""
    if "parameters" not in body:
        return demo.defaults
    given = body["parameters"]
    if not isinstance(given, dict):
        problems.append(detail("dict_type", ["body", "parameters"], given))
        return {}
    try:
        return take_all(demo.parameters, given)
    except InvalidParameters as invalid:
        problems += details(invalid.problems, "body", "parameters")
        return {}


def _switch(body: Mapping[str, Any], name: str, problems: list[Detail], *, default: bool) -> bool:
    value = body.get(name, default)
    if not isinstance(value, bool):
        problems.append(detail("bool_type", ["body", name], value))
        return default
    return value


def _started(site: Site, requested: RunRequest) -> Run:
    return site.start(
        DEFAULT_LANGUAGE,
        requested.topic,
        requested.demo,
        requested.values,
        transcript_only=not requested.observe,
        slow_motion=requested.slow_motion,
        visitor=visitor_address(),
    )


def _streamed(site: Site, run: Run, after: int = 0) -> Response:
    return streamed(as_events(site, run, max(0, after)), "text/event-stream")


def _kept(site: Site, id: str) -> Response:
    """Answer with a run that only the store still has. Raises NoSuchRun."""
    kept = find_kept(site, id)
    result = result_of(kept.run, kept.stored.recording, events=True)
    return json_answer({**state_of(kept.run, State(id, Phase.OVER)), "result": result})


def _takes_events() -> bool:
    return "text/event-stream" in request.headers.get("Accept", "")
