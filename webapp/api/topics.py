"""The course as JSON: `GET /api/topics`, `GET /api/topics/<topic>/<demo>`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, abort

from webapp.api.answers import json_answer
from webapp.api.schemas import schema_of
from webapp.engine.machines import Machine
from webapp.lessons.claims import Claim
from webapp.lessons.parameters import AnyParameter, Choice
from webapp.lessons.questions import Question
from webapp.lessons.text import UNSAID
from webapp.lessons.topic import Demo, Topic
from webapp.pages.demo.needs import is_offered
from webapp.pages.site.site import Site


def add_topics(blueprint: Blueprint, site: Site) -> None:
    """Add the routes of the course."""

    @blueprint.get("/topics")
    def topics() -> Response:
        """List all topics with their demos."""
        machines = site.runner.machines()
        return json_answer({"topics": [_topic(topic, machines) for topic in site.topics]})

    @blueprint.get("/topics/<topic>/<demo>")
    def demo(topic: str, demo: str) -> Response:
        """Describe one demo."""
        found = site.topic(topic)
        shown = found.demo(demo) if found else None
        if found is None or shown is None:
            abort(404)
        return json_answer(_whole(found, shown, site.runner.machines()))


def _topic(topic: Topic, machines: Sequence[Machine]) -> dict[str, Any]:
    return {
        "topic": topic.slug,
        "title": dict(topic.title),
        "summary": dict(topic.summary),
        "chapter": topic.chapter,
        "order": topic.order,
        "demos": [_demo(topic, demo, machines) for demo in topic.demos],
    }


def _demo(topic: Topic, demo: Demo, machines: Sequence[Machine]) -> dict[str, Any]:
    return {
        "demo": f"{topic.slug}/{demo.slug}",
        "title": dict(demo.title),
        "trap": demo.trap,
        "needs": asdict(demo.needs),
        "available": is_offered(demo, machines),
    }


def _whole(topic: Topic, demo: Demo, machines: Sequence[Machine]) -> dict[str, Any]:
    return {
        **_demo(topic, demo, machines),
        "watch": dict(demo.watch),
        "parameters": [_parameter(parameter) for parameter in demo.parameters],
        "as_in_report": dict(demo.as_in_report),
        "claims": _texts(demo.claims),
        "observations": _texts(demo.observations),
        "questions": [_question(question) for question in demo.questions],
        "lines": [_question(question) for question in demo.lines],
        "file": demo.path.name,
        "source": demo.source,
    }


def _parameter(parameter: AnyParameter) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": parameter.name,
        "label": dict(parameter.label),
        "help": dict(parameter.help),
        "default": parameter.default,
        "schema": schema_of(parameter),
    }
    if isinstance(parameter, Choice):
        described["options"] = {word: dict(label) for word, label in parameter.labels.items()}
    return described


def _question(question: Question) -> dict[str, Any]:
    return {
        "question": question.name,
        "prompt": dict(question.prompt),
        "options": {name: dict(text) for name, text in question.choices().items()},
        "lines": {option.name: option.number for option in question.options if option.number},
        "varies": question.varies,
        "misconceptions": {
            option.name: option.misconception for option in question.options if option.misconception
        },
        "feedback": {
            option.name: dict(option.feedback)
            for option in question.options
            if option.feedback is not UNSAID
        },
        "see": question.see,
    }


def _texts(claims: Iterable[Claim]) -> list[dict[str, str]]:
    return [dict(claim.text) for claim in claims]
