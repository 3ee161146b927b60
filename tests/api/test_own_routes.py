"""Our own JSON API: topics, demos and runs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.serving import NotedRunner, json_of
from tests.topics import TOPICS
from tests.web.scripted import ScriptedRunner

RUNS = "/api/runs"
ORDER: dict[str, Any] = {
    "demo": "lock/lock-around-everything",
    "parameters": {"thread_count": 2, "sleep_seconds": 0.05},
}
STREAM = {"Accept": "text/event-stream"}


def messages(text: str) -> list[tuple[str, Any]]:
    """Return each message's event and data of a stream."""
    found = []
    for block in text.split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith(":")]
        fields = dict(line.split(": ", 1) for line in lines)
        if fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


def test_every_topic_and_demo_is_listed_in_both_languages(idle_client: FlaskClient) -> None:
    listed = json_of(idle_client.get("/api/topics"))["topics"]
    assert [topic["topic"] for topic in listed] == [topic.slug for topic in TOPICS]
    for entry, topic in zip(listed, TOPICS, strict=True):
        assert entry["title"] == dict(topic.title)
        assert [demo["demo"] for demo in entry["demos"]] == [
            f"{topic.slug}/{demo.slug}" for demo in topic.demos
        ]


def test_every_demo_has_its_parameters_claims_and_source(idle_client: FlaskClient) -> None:
    for topic in TOPICS:
        for demo in topic.demos:
            entry = json_of(idle_client.get(f"/api/topics/{topic.slug}/{demo.slug}"))
            assert entry["source"] == demo.source
            assert entry["trap"] is demo.trap
            assert [one["name"] for one in entry["parameters"]] == [*demo.defaults]
            assert [one["fa"] for one in entry["claims"]] == [c.text["fa"] for c in demo.claims]


def test_a_parameter_has_its_type_bounds_default_and_labels(idle_client: FlaskClient) -> None:
    entry = json_of(idle_client.get("/api/topics/lock/lost-update"))
    threads = next(one for one in entry["parameters"] if one["name"] == "thread_count")
    assert threads["default"] == 4
    assert threads["schema"]["type"] == "integer"
    assert (threads["schema"]["minimum"], threads["schema"]["maximum"]) == (1, 8)
    assert threads["label"]["en"] and threads["label"]["fa"]
    window = next(one for one in entry["parameters"] if one["name"] == "window")
    assert window["schema"]["enum"] == [*window["options"]]


def test_a_question_has_its_options_and_what_is_behind_them(idle_client: FlaskClient) -> None:
    entry = json_of(idle_client.get("/api/topics/lock/lost-update"))
    [question] = entry["questions"]
    assert question["question"] == "final"
    assert question["prompt"]["en"] == "What will the final number be?"
    assert [*question["options"]] == ["all", "few", "most"]
    assert question["misconceptions"]["all"] == "increment-always-or-never-races"
    assert question["feedback"]["all"]["fa"]
    assert question["see"] == "lock/lost-update-fixed"


def test_a_run_is_answered_with_its_whole_result(client: FlaskClient) -> None:
    answer = client.post(RUNS, json=ORDER)
    assert answer.status_code == 200, answer.text
    result = json_of(answer)
    assert result["demo"] == ORDER["demo"]
    assert result["parameters"] == ORDER["parameters"]
    assert result["outcome"] == "finished"
    assert result["transcript"][0]["text"].startswith("---> Thread#")
    assert result["transcript"][0]["worker"].startswith("Thread#")
    # A busy machine may be too late for a claim of time: then it says how late.
    assert all(claim["holds"] or claim["late"] for claim in result["claims"])
    assert [*result["answers"]["time"]] == ["one", "all"]
    assert "2 / 2" in {claim["figure"] for claim in result["claims"]}
    assert result["timing"]["wall"] >= result["timing"]["ideal"] == 0.1
    assert result["receipt"]["run"] == result["run"]
    assert result["receipt"]["observed"] is True
    assert "events" not in result


def test_a_result_has_events_if_they_are_requested(client: FlaskClient) -> None:
    result = json_of(client.post(RUNS, json={**ORDER, "events": True}))
    kinds = {event["kind"] for event in result["events"]}
    assert {"started", "got", "slept", "printed", "released", "ended"} <= kinds
    assert [event["id"] for event in result["events"]] == [*range(1, len(result["events"]) + 1)]


def test_a_run_may_go_without_the_observer(client: FlaskClient) -> None:
    result = json_of(client.post(RUNS, json={**ORDER, "observe": False, "events": True}))
    assert result["receipt"]["observed"] is False
    assert "got" not in {event["kind"] for event in result["events"]}


def test_a_run_in_slow_motion_has_its_lines_and_values(client: FlaskClient) -> None:
    result = json_of(client.post(RUNS, json={**ORDER, "slow_motion": True, "events": True}))
    assert result["receipt"]["slow_motion"] is True
    lines = [event for event in result["events"] if event["kind"] == "stepped"]
    assert {event["object"] for event in lines} >= {"<module>", "main"}
    assert all(event["line"] for event in lines)


def test_slow_motion_needs_the_observer(idle_client: FlaskClient, idle: ScriptedRunner) -> None:
    answer = idle_client.post(RUNS, json={**ORDER, "observe": False, "slow_motion": True})
    assert answer.status_code == 422
    assert [problem["loc"] for problem in json_of(answer)["detail"]] == [["body", "slow_motion"]]
    assert not idle.programs


def test_without_parameters_a_demo_runs_with_its_defaults(
    idle_client: FlaskClient, idle: ScriptedRunner
) -> None:
    assert idle_client.post(RUNS, json={"demo": "lock/try-lock"}).status_code == 200
    assert idle.programs[0].parameters == {"hold_seconds": 0.5, "timeout_seconds": 0.2}


def test_a_whole_number_of_json_is_an_integer(
    idle_client: FlaskClient, idle: ScriptedRunner
) -> None:
    given = {"thread_count": 3.0, "sleep_seconds": 1}
    assert idle_client.post(RUNS, json={**ORDER, "parameters": given}).status_code == 200
    taken = idle.programs[0].parameters
    assert [type(value) for value in taken.values()] == [int, float]


def test_lists_arrive_as_they_were_sent(client: FlaskClient) -> None:
    given = {"order": [2, 1, 3, 4, 5, 6, 7, 8, 9], "thread_count": 2, "step_seconds": 0}
    order = {"demo": "thread-subclass/chosen-start-order", "parameters": given}
    lines = json_of(client.post(RUNS, json=order))["transcript"]
    running = [line["worker"] for line in lines if "running" in line["text"]]
    assert running == ["Thread#2", "Thread#1"]


def test_the_stream_has_a_message_for_each_event_and_then_the_result(client: FlaskClient) -> None:
    answer = client.post(RUNS, json=ORDER, headers=STREAM)
    assert answer.mimetype == "text/event-stream"
    received = messages(answer.text)
    assert received[0][0] == "run"
    events = [data for name, data in received if name == "event"]
    assert [event["id"] for event in events] == [*range(1, len(events) + 1)]
    assert f"\nid: {len(events)}\n" in answer.text
    name, result = received[-1]
    assert name == "result"
    assert result["run"] == received[0][1]["run"]
    assert result["outcome"] == "finished"


def test_a_lost_stream_continues_after_the_last_event_that_was_read(client: FlaskClient) -> None:
    first = messages(client.post(RUNS, json=ORDER, headers=STREAM).text)
    again = client.get(f"{RUNS}/{first[0][1]['run']}", headers={**STREAM, "Last-Event-ID": "3"})
    events = [data for name, data in messages(again.text) if name == "event"]
    assert events == [data for name, data in first if name == "event" and data["id"] > 3]


def test_the_stream_has_the_place_in_line(idle_client: FlaskClient, idle: ScriptedRunner) -> None:
    idle.in_line = [3, 2]
    stream = idle_client.post(RUNS, json=ORDER, headers=STREAM).text
    places = [data["place"] for name, data in messages(stream) if name == "run"]
    assert places == [3, 2, 0]


def test_a_finished_run_can_be_read(client: FlaskClient) -> None:
    run = json_of(client.post(RUNS, json=ORDER))
    state = json_of(client.get(f"{RUNS}/{run['run']}"))
    assert state["phase"] == "over"
    assert state["result"].pop("events")
    assert state["result"] == run


def test_a_running_run_can_be_read_and_cancelled(client: FlaskClient, runner: NotedRunner) -> None:
    given = {"thread_count": 10, "sleep_seconds": 1.0}
    stream = client.post(RUNS, json={**ORDER, "parameters": given}, headers=STREAM, buffered=False)
    pieces = stream.iter_encoded()
    run = messages(next(pieces).decode())[0][1]["run"]
    next(pieces)
    going = json_of(client.get(f"{RUNS}/{run}"))
    assert going["phase"] in ("queued", "running") and going["result"] is None
    assert client.post(f"{RUNS}/{run}/cancel").status_code == 204
    assert runner.ended(run).outcome == "cancelled"
    stream.close()


def test_a_full_server_says_when_to_try_again(
    idle_client: FlaskClient, idle: ScriptedRunner
) -> None:
    idle.busy = True
    for answer in (
        idle_client.post(RUNS, json=ORDER),
        idle_client.post(RUNS, json=ORDER, headers=STREAM),
        idle_client.get("/api1/run1/?thread_count=1"),
    ):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"].isdigit()
        assert json_of(answer)["detail"][0]["type"] == "service_unavailable"


@pytest.mark.parametrize("outcome", ["timed out", "lost", "failed"])
def test_the_reports_routes_do_not_answer_with_half_a_run(
    idle_client: FlaskClient, idle: ScriptedRunner, outcome: str
) -> None:
    idle.outcome = type(idle.outcome)(outcome)
    answer = idle_client.get("/api1/run1/?thread_count=1")
    assert answer.status_code == 503
    assert outcome in json_of(answer)["detail"][0]["msg"]


def test_a_runs_visitor_is_the_clients_address(
    idle_client: FlaskClient, idle: ScriptedRunner
) -> None:
    idle_client.post(RUNS, json=ORDER, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    idle_client.get("/api1/run1/?thread_count=1", environ_base={"REMOTE_ADDR": "192.0.2.8"})
    assert idle.visitors == ["192.0.2.7", "192.0.2.8"]
