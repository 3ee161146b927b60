"""The schemas of the OpenAPI document: what is sent to the API, and what it answers."""

from __future__ import annotations

from collections.abc import Iterator

from webapp.api.operations import ref
from webapp.api.schemas import Schema, schema_of_all
from webapp.engine.events import Kind
from webapp.engine.recording import Outcome
from webapp.engine.runner import Phase
from webapp.lessons.misconceptions import Misconception
from webapp.lessons.questions import VARIES
from webapp.lessons.text import DEFAULT_LANGUAGE, LANGUAGES
from webapp.lessons.topic import Demo, Topic
from webapp.pages.site.site import Site
from webapp.store.rooms import Stage

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
YES_OR_NO: Schema = {"type": "boolean"}
ANY_OBJECT: Schema = {"type": "object"}


def components(site: Site) -> Iterator[tuple[str, Schema]]:
    """Yield each schema that the document refers to, with its name."""
    demos = [(topic, demo) for topic in site.topics for demo in topic.demos]
    for topic, demo in demos:
        yield _order_name(topic, demo), _order(topic, demo)
    yield "Order", {"oneOf": [ref(_order_name(topic, demo)) for topic, demo in demos]}
    yield "Text", _object(**dict.fromkeys(LANGUAGES, TEXT))
    yield from _course()
    yield from _runs()
    yield from _events()
    yield "Room", _room()
    yield from _errors()


def _course() -> Iterator[tuple[str, Schema]]:
    yield "Topics", _object(topics=_list(ref("Topic")))
    yield "Needs", _needs()
    listed = {
        "demo": TEXT,
        "title": ref("Text"),
        "trap": YES_OR_NO,
        "needs": ref("Needs"),
        "available": _available(),
    }
    yield (
        "Topic",
        _object(
            topic=TEXT,
            title=ref("Text"),
            summary=ref("Text"),
            chapter=TEXT,
            order=WHOLE,
            demos=_list(_object(**listed)),
        ),
    )
    yield (
        "Demo",
        _object(
            **listed,
            watch=ref("Text"),
            parameters=_list(ref("Parameter")),
            as_in_report=ANY_OBJECT,
            claims=_list(ref("Text")),
            observations=_list(ref("Text")),
            questions=_list(ref("Question")),
            lines={
                **_list(ref("Question")),
                "description": "Questions of the topic's check, whose answers are lines.",
            },
            file=TEXT,
            source=TEXT,
        ),
    )
    yield "Parameter", _parameter()
    yield "Question", _question()


def _parameter() -> Schema:
    return _object(
        ("options",),
        name=TEXT,
        label=ref("Text"),
        help=ref("Text"),
        default={},
        schema=ANY_OBJECT,
        options={"type": "object", "additionalProperties": ref("Text")},
    )


def _question() -> Schema:
    texts = {"type": "object", "additionalProperties": ref("Text")}
    return _object(
        question=TEXT,
        prompt=ref("Text"),
        options={**texts, "description": "The answers, by name. A run says which are true."},
        lines={
            "type": "object",
            "additionalProperties": WHOLE,
            "description": "The numbers of the lines that the answers are; empty if they are none.",
        },
        varies={
            **YES_OR_NO,
            "description": f"If so, `{VARIES}` is an option: no run decides it.",
        },
        misconceptions={
            "type": "object",
            "additionalProperties": {"enum": [*Misconception]},
            "description": "What is believed by those who give these answers where they are wrong.",
        },
        feedback={**texts, "description": "Why these answers are wrong, where they are."},
        see={**TEXT, "description": "The demo to look at after a wrong answer, or empty."},
    )


def _needs() -> Schema:
    needs = _object(cores=WHOLE, python=TEXT, free_threaded=YES_OR_NO, start_method=TEXT)
    text = "What a machine must have: at least so many cores, this Python or newer (empty: any)."
    return {**needs, "description": text}


def _available() -> Schema:
    text = "False if no reachable machine has what the demo needs; true if none is reachable."
    return {**YES_OR_NO, "description": text}


def _runs() -> Iterator[tuple[str, Schema]]:
    named = {"run": TEXT, "demo": TEXT, "parameters": ANY_OBJECT}
    yield (
        "State",
        _object(
            **named,
            phase={"enum": [*Phase]},
            place=WHOLE,
            result={"anyOf": [ref("Result"), {"type": "null"}]},
        ),
    )
    yield (
        "Result",
        _object(
            ("events",),
            **named,
            outcome={"enum": [*Outcome]},
            detail=TEXT,
            exit_code={"type": ["integer", "null"]},
            transcript=_list(ref("Line")),
            claims=_list(ref("Claim")),
            observations=_list(ref("Claim")),
            answers=_answers(),
            timing=_object(wall=NUMBER, cpu=NUMBER, ideal=NUMBER),
            receipt=ANY_OBJECT,
            dropped=WHOLE,
            swept=WHOLE,
            events=_list(ref("Event")),
        ),
    )


def _answers() -> Schema:
    """Return the schema of what a run says to the questions of its demo."""
    return {
        "type": "object",
        "description": "For each question which of its options the run made true; null if it does "
        "not decide.",
        "additionalProperties": {
            "type": "object",
            "additionalProperties": {"type": ["boolean", "null"]},
        },
    }


def _room() -> Schema:
    counts = {"type": "object", "additionalProperties": WHOLE}
    ballot = _object(
        ballot=WHOLE,
        demo=TEXT,
        question=TEXT,
        votes=_list(counts),
        run=TEXT,
        true=_list(TEXT),
        own_runs=WHOLE,
        own_true=counts,
    )
    return _object(room=TEXT, stage={"enum": [*Stage]}, ballots=_list(ballot))


def _events() -> Iterator[tuple[str, Schema]]:
    task = {"type": "integer", "description": "The number of the asyncio task; 0 for none."}
    worker = {"time": _microseconds(), "pid": WHOLE, "tid": WHOLE, "worker": TEXT, "task": task}
    line = {"event": WHOLE, "stream": TEXT, "text": TEXT, "source_line": WHOLE}
    yield "Line", _object(**worker, **line)
    event = {"id": WHOLE, "kind": {"enum": [*Kind]}, "object": TEXT, "text": TEXT, "line": WHOLE}
    yield "Event", _object(**worker, **event)
    yield (
        "Claim",
        _object(
            text=ref("Text"),
            holds={"type": ["boolean", "null"]},
            figure=TEXT,
            late={
                "type": ["number", "null"],
                "description": "The machine's largest delay of the run, in seconds, if `holds` is "
                "null because of it; else null.",
            },
        ),
    )


def _errors() -> Iterator[tuple[str, Schema]]:
    place = {"anyOf": [TEXT, WHOLE]}
    problem = _object(
        ("input", "ctx"), type=TEXT, loc=_list(place), msg=TEXT, input={}, ctx=ANY_OBJECT
    )
    yield "Problems", _object(detail=_list(problem))
    yield "Named", _object(detail=TEXT)


def _order(topic: Topic, demo: Demo) -> Schema:
    """Return the schema of the body of `POST /api/runs` for one demo."""
    return {
        "type": "object",
        "title": demo.title[DEFAULT_LANGUAGE],
        "properties": {
            "demo": {"const": f"{topic.slug}/{demo.slug}"},
            "parameters": schema_of_all(demo),
            "observe": {"type": "boolean", "default": True},
            "slow_motion": {
                "type": "boolean",
                "default": False,
                "description": "Record each line, with the shared values that it reads and writes.",
            },
            "events": {"type": "boolean", "default": False},
        },
        "required": ["demo"],
        "additionalProperties": False,
    }


def _order_name(topic: Topic, demo: Demo) -> str:
    return f"Order.{topic.slug}.{demo.slug}"


def _object(optional: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _microseconds() -> Schema:
    return {"type": "integer", "description": "Microseconds since the run began."}
