"""The growing lanes of a live run: what is sent of them, and how often."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.scripted import GOOD, HELLO, STREAMED, ScriptedRunner, printed
from webapp.engine.events import Event, Kind
from webapp.engine.runner import HEARTBEAT_SECONDS
from webapp.pages.demo.form import TRANSCRIPT_ONLY
from webapp.pages.run.frames import FIRST, FRAME, FRAME_OF_MANY, Frames


class Clock:
    """A clock that the test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def started(id: int) -> Event:
    return Event(id, id, 42, 42 + id, f"Thread-{id}", Kind.STARTED, "thread", "42.42")


def frames_of(stream: str) -> list[dict[str, Any]]:
    return [
        json.loads(message.partition("data: ")[2])
        for message in stream.split("\n\n")
        if message.startswith("event: lanes\n")
    ]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first frame is due with the first event, since a scripted run takes no time."""
    monkeypatch.setattr("webapp.pages.run.frames.FIRST", 0)


@pytest.mark.usefixtures("at_once")
def test_lanes_come_on_the_stream_of_the_lines_from_the_first_event(
    client: FlaskClient, runner: ScriptedRunner
) -> None:
    runner.batches = [[started(1)], [printed(2, "hello\n")]]
    begun, first, *_ = client.post(HELLO, data=GOOD, headers=STREAMED).iter_encoded()
    assert frames_of(begun.decode()) == []
    [frame] = frames_of(first.decode())
    assert frame["workers"] == [["Thread-1", 0, 42, 1, 1, 0]]


@pytest.mark.usefixtures("at_once")
def test_a_resumed_stream_draws_the_lanes_anew(client: FlaskClient, runner: ScriptedRunner) -> None:
    runner.batches = [[started(1), printed(2, "hello\n")]]
    client.post(HELLO, data=GOOD, headers=STREAMED).get_data()
    stream = client.get("/runs/run1/events", headers={"Last-Event-ID": "2"}).text
    [frame] = frames_of(stream)
    assert frame["anew"]
    assert "hello</span>" not in stream


def test_a_run_that_is_over_at_once_has_only_its_result(
    client: FlaskClient, runner: ScriptedRunner
) -> None:
    runner.batches = [[started(1)], [printed(2, "hello\n")]]
    stream = client.post(HELLO, data=GOOD, headers=STREAMED).text
    assert frames_of(stream) == []
    assert "run-lanes" in stream


def test_a_transcript_only_has_no_lanes(client: FlaskClient, runner: ScriptedRunner) -> None:
    stream = client.post(HELLO, data={**GOOD, TRANSCRIPT_ONLY: "on"}, headers=STREAMED).text
    assert runner.observed == [False]
    assert frames_of(stream) == []


def test_a_frame_comes_when_the_last_one_is_old_enough() -> None:
    clock = Clock()
    with Frames(clock=clock) as frames:
        assert frames.patience() == HEARTBEAT_SECONDS
        frames.take([started(1)])
        assert frames.patience() == pytest.approx(FIRST)
        assert frames.next() == frames.last() == b""
        clock.now += FIRST
        assert frames.patience() == 0
        assert frames.next()
        frames.take([started(2)])
        assert frames.next() == b""
        assert frames.patience() == pytest.approx(FRAME)
        clock.now += FRAME
        assert frames.patience() == 0
        [frame] = frames_of(frames.next().decode())
        assert [name for name, *_ in frame["workers"]] == ["Thread-2"]
        clock.now += FRAME
        assert frames.next() == b""


def test_the_more_runs_are_drawn_the_fewer_frames_each_has() -> None:
    clock = Clock()
    with ExitStack() as others:
        for _ in range(200):
            others.enter_context(Frames(clock=clock))
        with Frames(clock=clock) as frames:
            frames.take([started(1)])
            clock.now += FIRST
            assert frames.next()
            frames.take([started(2)])
            clock.now += 200 * FRAME_OF_MANY
            assert frames.next() == b""
            clock.now += FRAME
            assert frames.next()
