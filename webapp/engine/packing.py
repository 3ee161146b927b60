"""Serialises recordings, for storage and between machines: compressed JSON, an event as a list.

The order of an event's fields is part of the format: add fields only at the end.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from webapp.engine.events import Event, Kind
from webapp.engine.recording import Link, Outcome, Receipt, Recording, Wait

LEVEL = 3
"""Compression level: twice as fast as zlib's default, and a tenth larger."""

WORTH_IT = 1024
"""Bytes from which events are compressed."""

_KIND = Event._fields.index("kind")


def pack(recording: Recording) -> bytes:
    """Serialise a recording."""
    data = _fields(recording)
    data["receipt"] = _fields(recording.receipt)
    data["cycle"] = [_fields(wait) for wait in recording.cycle]
    return zlib.compress(json.dumps(data, separators=(",", ":")).encode(), LEVEL)


def _fields(of: Recording | Receipt | Wait) -> dict[str, Any]:
    """Return the fields of a dataclass; `asdict` would copy each of them."""
    return {field.name: getattr(of, field.name) for field in fields(of)}


def unpack(packed: bytes) -> Recording:
    """Deserialise a recording. Raises ValueError if it was not written by `pack`."""
    try:
        data = json.loads(zlib.decompress(packed))
        receipt = data["receipt"]
        return Recording(
            **{
                **data,
                "events": tuple(map(_event, data["events"])),
                "outcome": Outcome(data["outcome"]),
                "receipt": Receipt(**{**receipt, "start_methods": tuple(receipt["start_methods"])}),
                "cycle": tuple(map(_wait, data["cycle"])),
                "other_ends": tuple((wait, pid) for wait, pid in data.get("other_ends", ())),
            }
        )
    except (zlib.error, LookupError, TypeError) as error:
        raise ValueError(f"this is no recording: {error}") from error


def pack_events(events: Sequence[Event]) -> bytes:
    """Serialise events; compresses them from WORTH_IT bytes."""
    data = json.dumps(events, separators=(",", ":")).encode()
    return data if len(data) < WORTH_IT else zlib.compress(data, LEVEL)


def unpack_events(packed: bytes) -> list[Event]:
    """Deserialise the result of `pack_events`."""
    data = packed if packed.startswith(b"[") else zlib.decompress(packed)
    return [_event(row) for row in json.loads(data)]


def _event(row: list[Any]) -> Event:
    row[_KIND] = Kind(row[_KIND])
    return Event(*row)


def _wait(told: dict[str, Any]) -> Wait:
    return Wait(**{**told, "link": Link(told.get("link", Link.HELD))})
