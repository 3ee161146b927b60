"""Parameters as JSON Schema. The schemas allow exactly what `parameters.take_all` takes."""

from __future__ import annotations

from typing import Any

from webapp.lessons.parameters import AnyParameter, Choice, Float, Floats, Integer, Permutation
from webapp.lessons.text import DEFAULT_LANGUAGE
from webapp.lessons.topic import Demo

Schema = dict[str, Any]


def schema_of_all(demo: Demo) -> Schema:
    """Return the schema of an object with all of a demo's parameters, each required."""
    return {
        "type": "object",
        "properties": {parameter.name: schema_of(parameter) for parameter in demo.parameters},
        "required": [parameter.name for parameter in demo.parameters],
        "additionalProperties": False,
    }


def schema_of(parameter: AnyParameter) -> Schema:
    """Return the schema of one parameter: type, bounds, default and texts."""
    return {
        **_type(parameter),
        "default": parameter.default,
        "title": parameter.label[DEFAULT_LANGUAGE],
        "description": parameter.help[DEFAULT_LANGUAGE],
    }


def _type(parameter: AnyParameter) -> Schema:
    match parameter:
        case Integer():
            return {"type": "integer", **_bounds(parameter)}
        case Float():
            return {"type": "number", **_bounds(parameter)}
        case Choice():
            return {"type": "string", "enum": list(parameter.options)}
        case Floats():
            items: Schema = {"type": "number", **_bounds(parameter)}
        case Permutation():
            items = {"type": "integer", "minimum": 1, "maximum": len(parameter.default)}
    schema: Schema = {"type": "array", "items": items}
    if isinstance(parameter, Permutation):
        schema["uniqueItems"] = True
    size = len(parameter.default)
    return {**schema, "minItems": size, "maxItems": size}


def _bounds(parameter: Integer | Float | Floats) -> Schema:
    return {"minimum": parameter.minimum, "maximum": parameter.maximum}
