"""Requests of visitors, directly or through a proxy."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import chain
from typing import Any
from urllib.parse import urlencode

FORM = {"Content-Type": "application/x-www-form-urlencoded"}

DEMO = "/en/threads/lock/lock-around-everything"
TWO_SECONDS = {"thread_count": 4, "sleep_seconds": 0.5}
"""Lines come at once, and then every half second."""

LONG = {"thread_count": 10, "sleep_seconds": 1}
"""Ten seconds."""

POOL = "process-pool/map-squares"
"""The demo that needs most of a system: processes, their locks and queues."""

SMALL = {"start": 0, "end": 20, "processes": 2}
START_METHODS = ("fork", "spawn", "forkserver")


@dataclass(frozen=True)
class RunningRun:
    """A running run: one of its process ids, and the rest of its stream."""

    pid: int
    rest: Iterator[bytes]

    def result(self) -> dict[str, Any]:
        """Read the stream to its end; return the run's result."""
        [*_, last] = _messages(self.rest)
        assert isinstance(last, dict)
        return last


@contextmanager
def run_by_api(port: int, parameters: Mapping[str, float]) -> Iterator[RunningRun]:
    """Start a run by the API, and read its stream up to the first line."""
    order = json.dumps({"demo": "lock/lock-around-everything", "parameters": parameters})
    headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
    with _posted(port, "/api/runs", order, headers) as lines:
        printed = next(data for data in _messages(lines) if data.get("kind") == "printed")
        yield RunningRun(printed["pid"], lines)


@contextmanager
def run_by_form(port: int, parameters: Mapping[str, float]) -> Iterator[Iterator[bytes]]:
    """Press Run as a browser without JavaScript does; yield the page from its first line on."""
    with _posted(port, DEMO, urlencode(parameters), FORM) as lines:
        first = next(line for line in lines if line.startswith(b'<li class="line '))
        yield chain([first], lines)


def outcome(port: int, demo: str, **parameters: object) -> str:
    """Run a demo to its end; return its outcome."""
    order = json.dumps({"demo": demo, "parameters": parameters})
    with _posted(port, "/api/runs", order, {"Content-Type": "application/json"}) as lines:
        return str(json.loads(b"".join(lines))["outcome"])


def seconds_to_end(rest: Iterator[bytes]) -> float:
    """Read a stream to its end; return how many seconds that took."""
    began = time.monotonic()
    assert list(rest)
    return time.monotonic() - began


def _messages(lines: Iterable[bytes]) -> Iterator[Any]:
    return (json.loads(line[6:]) for line in lines if line.startswith(b"data: "))


@contextmanager
def _posted(
    port: int, path: str, body: str, headers: Mapping[str, str]
) -> Iterator[Iterator[bytes]]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection):
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        yield iter(answer.readline, b"")
