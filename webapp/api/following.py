"""A run on behalf of a program that asks: to its end, or event by event."""

from __future__ import annotations

import socket
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress

from flask import request
from werkzeug.exceptions import ClientDisconnected

from webapp.api.answers import dumped
from webapp.api.results import result_of, state_of
from webapp.engine.events import Event
from webapp.engine.program import Program
from webapp.engine.recording import Recording
from webapp.engine.runner import Interrupted, Phase, Runner, Unreachable
from webapp.pages.guard import visitor_address
from webapp.pages.run.keeping import keep_ended
from webapp.pages.site.site import Run, Site

HEARTBEAT = b": heartbeat\n\n"


def run_to_end(runner: Runner, program: Program, *, observe: bool) -> Recording:
    """Run a program for the client of this request, as long as it is there. Raises Busy."""
    id = runner.start(program, visitor=visitor_address(), observe=observe)
    await_end(runner, id)
    recording = runner.recording(id)
    if recording is None:
        raise RuntimeError("a run that was followed to its end has no record")
    return recording


def await_end(runner: Runner, id: str) -> None:
    """Follow a run to its end, and end it where the client has left. Raises Unreachable."""
    try:
        with followed(runner, id) as batches:
            for _ in batches:
                if client_has_left():
                    runner.cancel(id)
                    raise ClientDisconnected
    except Interrupted as error:
        raise Unreachable from error


def as_events(site: Site, run: Run, after: int = 0) -> Iterator[bytes]:
    """Stream a run: `run` (its id, its place in line), each `event`, and at last `result`.

    A client that has left is noticed by a failed write; the runner then ends the run. A stream that
    is interrupted has no `result`, and can be taken up again.
    """
    with suppress(Interrupted):
        yield from _as_events(site, run, after)


def _as_events(site: Site, run: Run, after: int) -> Iterator[bytes]:
    state = site.runner.state(run.id)
    yield _message("run", state_of(run, state))
    with followed(site.runner, run.id, after) as batches:
        for batch in batches:
            if state.phase is Phase.QUEUED and state != (now := site.runner.state(run.id)):
                state = now
                yield _message("run", state_of(run, state))
            yield b"".join(_message("event", event._asdict(), event.id) for event in batch)
            if not batch:
                yield HEARTBEAT
    ended = keep_ended(site, run)
    yield _message("result", result_of(run, ended.recording))


@contextmanager
def followed(runner: Runner, id: str, after: int = 0) -> Iterator[Iterator[Sequence[Event]]]:
    """Follow a run, and no longer: a run that nobody follows is ended by the runner."""
    batches = runner.follow(id, after)
    try:
        yield batches
    finally:
        if isinstance(batches, Generator):
            batches.close()


def client_has_left() -> bool:
    """Look whether the client has closed its end, where the server lets us see the connection.

    An answer that is made in one piece has no failed write to tell it. Where it cannot be told (TLS
    in this very process), the run's deadline is the bound.
    """
    connection = request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")
    if type(connection) is not socket.socket:
        return False
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _message(name: str, data: object, id: int | None = None) -> bytes:
    head = f"event: {name}\n" if id is None else f"id: {id}\nevent: {name}\n"
    return head.encode() + b"data: " + dumped(data) + b"\n\n"
