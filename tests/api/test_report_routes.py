"""The course report's routes: paths, parameters, envelopes and texts, from real runs."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.serving import NotedRunner, json_of, wait_until
from tests.web.scripted import COURSE, ScriptedRunner
from webapp.api.report_table import ROUTES
from webapp.app import create_app
from webapp.engine.runner import Phase
from webapp.lessons.folders import find_topics

QUICK = {"unit_seconds": "0.02"}
PATHS = [path for route in ROUTES for path in route.paths]
A, B, C = ("function_A", "function_B", "function_C")


def ask(client: FlaskClient, path: str, **query: object) -> Any:
    """Return a route's answer, with short seconds by default."""
    answer = client.get(path, query_string={**QUICK, **query})
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/json"
    return json_of(answer)


def parameters(client: FlaskClient, idle: ScriptedRunner, path: str, **query: object) -> Any:
    """Return the parameters with which a route starts its demo."""
    client.get(path, query_string=query)
    return idle.programs[-1].parameters


def numbers(lines: Sequence[str], pattern: str) -> list[int]:
    """Return the numbers of the lines that match."""
    return [int(found.group(1)) for line in lines if (found := re.fullmatch(pattern, line))]


def said(message: str, *names: str) -> list[dict[str, str]]:
    return [{"message": f"{name}--> {message}"} for name in names]


def test_run1_calls_each_thread_once(client: FlaskClient) -> None:
    lines = ask(client, "/api1/run1/", thread_count=10)
    called = numbers(lines, r"my func called by thread N\^(\d+)")
    assert sorted(called) == list(range(10)) and len(lines) == 10


def test_run2_reports_each_thread_that_is_done(client: FlaskClient) -> None:
    a, b, c = (said("starting", name) + said("exiting", name) for name in (A, B, C))
    answer = ask(client, "/api2/run2/", thread_count=3)
    # On a busy machine a thread that sleeps longer may be done first.
    assert [one for one in (a, b, c) if one in (answer[:2], answer[2:4], answer[4:])] == [a, b, c]
    assert len(answer) == 6
    assert ask(client, "/api2/run2/", thread_count=1) == a


def test_run22_and_run111_report_as_it_happens(app: Flask) -> None:
    asked = [(path, count) for path in ("/api2/run22/", "/api2/run111/") for count in (2, 3)]

    def call(one: tuple[str, int]) -> Any:
        return ask(app.test_client(), one[0], thread_count=one[1], unit_seconds=1)

    with ThreadPoolExecutor(len(asked)) as pool:
        answers = list(pool.map(call, asked))
    for (_, count), answer in zip(asked, answers, strict=True):
        names = (A, B, C)[:count]
        assert answer == said("starting", *names) + said("exiting", *names)


def test_run22_reports_three_threads_by_default(
    idle_client: FlaskClient, idle: ScriptedRunner
) -> None:
    assert parameters(idle_client, idle, "/api2/run22/")["thread_count"] == 3


def test_run3_ends_after_all_threads_are_running(client: FlaskClient) -> None:
    *lines, end = ask(client, "/api3/run3/", thread_count=5, unit_seconds=1)
    running = numbers(lines[:5], r"---> Thread#(\d) running, belonging to process ID \d+")
    over = numbers(lines[5:], r"---> Thread#(\d) over")
    assert sorted(running) == sorted(over) == [1, 2, 3, 4, 5]
    [took] = re.findall(r"^End\n--- (\d+\.\d+) seconds ---$", end)
    assert float(took) >= 1


def test_run33_has_both_lines_of_each_thread(client: FlaskClient) -> None:
    *lines, end = ask(client, "/api3/run33/", thread_count=4)
    for number in range(1, 5):
        own = [line for line in lines if f"Thread#{number} " in line]
        assert own[0].startswith(f"---> Thread#{number} running, belonging to process ID ")
        assert own[1:] == [f"---> Thread#{number} over"]
    assert re.fullmatch(r"End\n--- \d+\.\d+(e-\d+)? seconds ---", end)


def test_run333_starts_in_the_chosen_order_and_ends_in_that_of_the_numbers(
    client: FlaskClient,
) -> None:
    *lines, end = ask(client, "/api3/run333/", thread_count=9, unit_seconds=0.05)
    running = numbers(lines, r"---> Thread#(\d) running, belonging to process ID \d+")
    assert running == [2, 5, 1, 6, 7, 3, 9, 8, 4]
    assert sorted(numbers(lines, r"---> Thread#(\d) over")) == list(range(1, 10))
    assert re.fullmatch(r"End\n--- \d+\.\d\d seconds ---", end)
    first = ask(client, "/api3/run333/", thread_count=2)
    assert numbers(first, r"---> Thread#(\d) running.*") == [2, 5]


def test_run4_lets_one_thread_through_after_the_other(client: FlaskClient) -> None:
    answer = ask(client, "/api4/run4", thread_count=20)
    assert list(answer) == ["Primary Output"]
    *lines, end, took = answer["Primary Output"]
    for running, over in zip(lines[::2], lines[1::2], strict=True):
        assert re.match(r"---> Thread#\d+ running, belonging to process ID \d+$", running)
        assert over == f"{running.partition(' running')[0]} over"
    assert len(lines) == 40
    assert end == "End"
    assert re.fullmatch(r"--- \d+\.\d+ seconds ---", took)


def test_run5_removes_then_adds(client: FlaskClient) -> None:
    assert ask(client, "/api5/run5/", add_count=2, remove_count=3) == [
        "N° 2 items to ADD",
        "N° 3 items to REMOVE",
        *(f"REMOVED one item -->{left} item to REMOVE" for left in (2, 1, 0)),
        *(f"ADDED one item -->{left} item to ADD" for left in (1, 0)),
    ]
    nothing = ask(client, "/api5/run5/", add_count=0, remove_count=0)
    assert nothing == ["N° 0 items to ADD", "N° 0 items to REMOVE"]


def test_run55_adds_and_removes_in_turn(client: FlaskClient) -> None:
    assert ask(client, "/api5/run55/", add_count=3, remove_count=1) == [
        "N° 3 items to ADD",
        "N° 1 items to REMOVE",
        "ADDED one item -->2 item to ADD",
        "REMOVED one item -->0 item to REMOVE",
        "ADDED one item -->1 item to ADD",
        "ADDED one item -->0 item to ADD",
    ]


def test_run6_has_each_item_consumed_after_it_was_produced(client: FlaskClient) -> None:
    lines = ask(client, "/api6/run6/", produce_count=4)
    stamp = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+ INFO"
    produced = numbers(lines[::2], rf"{stamp} Producer notify: item number (\d{{3}})")
    consumed = numbers(lines[1::2], rf"{stamp} Consumer notify: item number (\d{{3}})")
    assert produced == consumed and len(produced) == 4


def test_run7_is_a_race(client: FlaskClient) -> None:
    answer = ask(client, "/api7/run7")
    start, *reached, over = answer["Primary Output"]
    assert (start, over) == ("START RACE!!!!", "Race over!")
    names = []
    for line in reached:
        name, _, stamp = line.partition(" reached the barrier at: ")
        time.strptime(stamp)  # as in `Sat Jul 13 06:44:06 2024`
        names.append(name)
    assert sorted(names) == ["Dewey", "Huey", "Louie"]


def test_run8_sorts_the_lines_by_process(client: FlaskClient) -> None:
    expected = []
    for number in range(4):
        expected.append(f"calling myFunc from process n°: {number}")
        expected += [f"output from myFunc is :{j}" for j in range(number)]
    assert ask(client, "/api8/run8/", num=3) == {"results": expected}


def test_run9_names_two_processes(client: FlaskClient) -> None:
    lines = ask(client, "/api9/run9/", num="anything", unit_seconds=0.1)["results"]
    named, default = "process name = myFunc process", "process name = Process-2"
    assert lines[:2] == [f"Starting {named}", f"Starting {default}"]
    assert sorted(lines[2:]) == [f"Exiting {default}", f"Exiting {named}"]


def test_run10_counts_before_beside_and_after(client: FlaskClient) -> None:
    foreground = [
        "Starting NO_background_process",
        *(f"---> {number}" for number in range(98, 103)),
        "Exiting NO_background_process",
    ]
    background = [
        "Starting background_process",
        *(f"---> {number % 5}" for number in range(98, 103)),
        "Exiting background_process",
    ]
    answer = ask(client, "/api10/run10/", start=98)
    assert answer == {"Primary Output": [*foreground, *background, *foreground]}


def test_run11_reports_each_state_of_a_process_twenty_times(client: FlaskClient) -> None:
    for _ in range(20):
        lines = ask(client, "/api11/run11/", duration=1)["results"]
        name = "<Process name='Primary Process'"
        states = [
            rf"Process before execution: {name} parent=\d+ initial> False",
            rf"Process running: {name} pid=\d+ parent=\d+ started> True",
            # Usually still running after terminate(), but the system does not promise it.
            rf"Process terminated: {name} pid=\d+ parent=\d+ (started|stopped .*)> (True|False)",
            rf"Process joined: {name} pid=\d+ parent=\d+ stopped exitcode=-SIGTERM> False",
            "Process exit code: -15",
        ]
        assert len(lines) == len(states)
        for line, state in zip(lines, states, strict=True):
            assert re.fullmatch(state, line)


def test_run11_waits_three_seconds_by_default(
    client: FlaskClient, idle_client: FlaskClient, idle: ScriptedRunner
) -> None:
    began = time.monotonic()
    ask(client, "/api11/run11/", unit_seconds=0.1)
    assert time.monotonic() - began >= 0.3
    assert 3 in parameters(idle_client, idle, "/api11/run11/").values()
    assert 0 in parameters(idle_client, idle, "/api11/run11/", duration=0).values()


def test_run12_reports_every_process(client: FlaskClient) -> None:
    lines = ask(client, "/api12/run12")["results"]
    called = numbers(lines, r"called run method by MyProcess-(\d+)")
    assert sorted(called) == list(range(1, 11)) and len(lines) == 10
    assert ask(client, "/api12/run12", count=0) == {"results": []}


def test_run13_pops_every_item_after_it_was_appended(client: FlaskClient) -> None:
    lines = ask(client, "/api13/run13/", n=6)["Primary Output"]
    appended = numbers(lines, r"Process Producer : item (\d+) appended to queue producer-1")
    popped = numbers(lines, r"Process Consumer : item (\d+) popped from by consumer-2")
    assert popped == appended and len(popped) == 6
    assert len(numbers(lines, r"The size of queue is (\d+)")) == 6
    assert lines.count("the queue is empty") == 1 and lines[-1] == "the queue is empty"
    assert ask(client, "/api13/run13/", n=0) == {"Primary Output": ["the queue is empty"]}


def test_run14_stamps_with_and_without_a_barrier(client: FlaskClient) -> None:
    lines = ask(client, "/api14/run14/")["output"]
    stamp = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}"
    for line, (name, kind) in zip(
        lines,
        [("p2", "with"), ("p1", "with"), ("p3", "without"), ("p4", "without")],
        strict=True,
    ):
        assert re.fullmatch(rf"process {name} - test_{kind}_barrier ----> {stamp}", line)


def test_run15_squares_twenty_times(client: FlaskClient) -> None:
    for _ in range(20):
        answer = ask(client, "/api15/run15/")
        assert answer == {"Pool": [number * number for number in range(101)]}


def test_run15_accepts_bounds_in_any_order(client: FlaskClient) -> None:
    assert ask(client, "/api15/run15/", start=-2, end=2) == {"Pool": [4, 1, 0, 1, 4]}
    assert ask(client, "/api15/run15/", start=3, end=2) == {"Pool": []}
    whole = ask(client, "/api15/run15/", start=-1000, end=1000)["Pool"]
    assert whole == [number * number for number in range(-1000, 1001)]


def test_unit_seconds_scales_the_sleeps(
    client: FlaskClient, idle_client: FlaskClient, idle: ScriptedRunner
) -> None:
    began = time.monotonic()
    ask(client, "/api4/run4", thread_count=2, unit_seconds=0.2)
    assert time.monotonic() - began >= 0.4
    started = parameters(idle_client, idle, "/api4/run4", thread_count=2, unit_seconds=0.2)
    assert started == {"thread_count": 2, "sleep_seconds": 0.2}


@pytest.mark.parametrize("path", PATHS)
def test_the_slash_at_the_end_is_optional(path: str, idle_client: FlaskClient) -> None:
    # Out of bounds, so that nothing runs.
    with_it = idle_client.get(f"{path}/?unit_seconds=2")
    without = idle_client.get(f"{path}?unit_seconds=2")
    assert with_it.status_code == without.status_code == 422
    assert json_of(with_it) == json_of(without)


def test_every_answer_comes_from_its_own_run_for_its_visitor(
    client: FlaskClient, runner: NotedRunner
) -> None:
    before = len(runner.asked)
    first, second = (ask(client, "/api4/run4", thread_count=1)["Primary Output"] for _ in "ab")
    ids = runner.asked[before:]
    assert len(ids) == 2
    for lines, id in zip((first, second), ids, strict=True):
        recording = runner.recording(id)
        assert recording is not None
        assert lines[0].endswith(f"process ID {recording.receipt.pid}")


def test_concurrent_calls_do_not_mix(app: Flask) -> None:
    wanted = [(3, 5), (5, 3), (4, 4), (1, 6)]

    def call(counts: tuple[int, int]) -> Any:
        add, remove = counts
        return ask(app.test_client(), "/api5/run5/", add_count=add, remove_count=remove)

    with ThreadPoolExecutor(len(wanted)) as pool:
        answers = list(pool.map(call, wanted))
    for (add, remove), lines in zip(wanted, answers, strict=True):
        assert lines[:2] == [f"N° {add} items to ADD", f"N° {remove} items to REMOVE"]
        left = numbers(lines, r"\w+ one item -->(\d+) item to \w+")
        assert left == [*reversed(range(remove)), *reversed(range(add))]


def test_visitors_are_served_concurrently(app: Flask, runner: NotedRunner) -> None:
    before = len(runner.asked)

    def call(_: int) -> int:
        return app.test_client().get("/api4/run4", query_string={"thread_count": 20}).status_code

    def all_are_running() -> bool:
        asked = runner.asked[before:]
        return [runner.state(run).phase for run in asked] == [Phase.RUNNING] * 3

    with ThreadPoolExecutor(3) as pool:
        answers = pool.map(call, range(3))
        wait_until(all_are_running)
        for run in runner.asked[before:]:
            runner.cancel(run)
        assert [*answers] == [503] * 3  # they were cancelled


def test_a_route_whose_demo_is_not_in_the_course_is_missing(idle: ScriptedRunner) -> None:
    client = create_app(idle, find_topics(COURSE)).test_client()
    assert client.get("/api4/run4").status_code == 404
    assert client.get("/api/topics").status_code == 200
