"""Runs for API clients: to the end, or as a stream of events."""

from __future__ import annotations

import socket
from contextlib import closing, suppress

from flask import request
from werkzeug.exceptions import ClientDisconnected

from webapp.api.answers import dumped
from webapp.api.results import result_of, state_of
from webapp.engine.program import Program
from webapp.engine.recording import Recording
from webapp.engine.runner import Interrupted, Phase, Runner, Unreachable
from webapp.pages.guard import visitor_address
from webapp.pages.run.keeping import keep_ended
from webapp.pages.site.site import Run, Site
from webapp.streaming import SLOW, Pieces, Signal, Wait


def run_to_end(runner: Runner, program: Program, *, observe: bool) -> Recording:
    """Run a program and return its record. If the client leaves, the run is ended. Raises Busy."""
    id = runner.start(program, visitor=visitor_address(), observe=observe)
    await_end(runner, id)
    recording = runner.recording(id)
    if recording is None:
        raise RuntimeError("a run that was followed to its end has no record")
    return recording


def await_end(runner: Runner, id: str) -> None:
    """Follow a run to its end. If the client leaves, end the run.

    Raises ClientDisconnected and Unreachable.
    """
    try:
        with closing(runner.follow(id)) as batches:
            for _ in batches:
                if client_has_left():
                    runner.cancel(id)
                    raise ClientDisconnected
    except Interrupted as error:
        raise Unreachable from error


def as_events(site: Site, run: Run, after: int = 0) -> Pieces:
    """Stream a run: `run` (its id and place in the queue), each `event`, and finally `result`.

    A failed write shows that the client has left; the runner then ends the run. An interrupted
    stream has no `result`, and the client can resume it.
    """
    with suppress(Interrupted):
        yield from _as_events(site, run, after)


def _as_events(site: Site, run: Run, after: int) -> Pieces:
    state, signal = site.runner.state(run.id), Signal()
    yield _message("run", state_of(run, state))
    with closing(site.runner.follow(run.id, after, changed=signal.set)) as batches:
        for batch in batches:
            if state.phase is Phase.QUEUED:
                if site.runner.is_remote:
                    yield SLOW
                before, state = state, site.runner.state(run.id)
                if state != before:
                    yield _message("run", state_of(run, state))
            if batch:
                yield b"".join(_message("event", event._asdict(), event.id) for event in batch)
            yield Wait(signal)
    yield SLOW
    ended = keep_ended(site, run)
    yield _message("result", result_of(run, ended.recording))


def client_has_left() -> bool:
    """Return whether the client has closed its connection.

    An answer that is sent in one piece has no earlier write that could fail. If the socket is not
    available (TLS in this process), this returns False, and the run ends at its deadline at last.
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
