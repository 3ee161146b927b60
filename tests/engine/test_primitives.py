"""Each recorded primitive behaves like its original, and its use is reported."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

from tests.engine.conftest import Run, Write
from tests.engine.programs_of_primitives import PROCESS_PROGRAMS, PROGRAMS
from tests.engine.running import kinds, texts
from webapp.engine.events import Kind
from webapp.engine.recording import Outcome, Recording

START_METHODS = ("fork", "spawn", "forkserver")


def steps(recording: Recording, object: str) -> list[tuple[str, str, str]]:
    """Return each worker, kind and text of the events of the object with that name."""
    events = sorted(recording.events, key=lambda event: event.id)
    return [(e.worker, str(e.kind), e.text) for e in events if e.object == object]


MAIN = """
import multiprocessing

{body}

def main(method: str = "fork") -> None:
    body(multiprocessing.get_context(method))


if __name__ == "__main__":
    main()
"""


def whole(source: str) -> str:
    """Return a program that uses processes, with this `body`."""
    return MAIN.format(body=textwrap.dedent(source).strip())


def assert_same_as_plain(write: Write, recording: Recording, source: str) -> None:
    """Compare the printed lines and the exit code with those of `python PROGRAM.py`."""
    # Unbuffered, two children could mix the pieces of their lines.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    plain = subprocess.run(
        [sys.executable, write(source).path],
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
        env=environment,
    )
    assert plain.stderr == ""
    assert texts(recording) == plain.stdout.splitlines()
    assert recording.exit_code == plain.returncode
    assert recording.outcome is Outcome.FINISHED


@pytest.mark.parametrize("name", PROGRAMS)
def test_threads_behave_as_without_the_recorder(write: Write, run: Run, name: str) -> None:
    assert_same_as_plain(write, run(PROGRAMS[name]), PROGRAMS[name])


@pytest.mark.thorough
@pytest.mark.parametrize("method", START_METHODS)
@pytest.mark.parametrize("name", PROCESS_PROGRAMS)
def test_processes_behave_as_without_the_recorder(
    write: Write, run: Run, name: str, method: str
) -> None:
    source = whole(PROCESS_PROGRAMS[name])
    recording = run(source, method=method)
    assert_same_as_plain(write, recording, source.replace('"fork"', repr(method)))


def test_an_rlock_reports_its_depth(run: Run) -> None:
    recording = run("import threading\nlock = threading.RLock()\nwith lock:\n  with lock: pass")
    assert [step[1:] for step in steps(recording, "lock")] == [
        ("got", "1"),
        ("got", "2"),
        ("released", "1"),
        ("released", "0"),
    ]


def test_a_semaphore_reports_its_value(run: Run) -> None:
    recording = run("""
        import threading
        permits = threading.Semaphore(1)
        permits.acquire()
        thread = threading.Thread(target=permits.acquire, name="late")
        thread.start()
        while not permits._cond._waiters: pass
        permits.release()
        thread.join()
    """)
    assert steps(recording, "permits") == [
        ("MainThread", "got", "0"),
        ("late", "waits", "acquire"),
        ("MainThread", "released", "1"),
        ("late", "got", "0"),
    ]


def test_no_worker_passes_a_barrier_before_the_last_has_arrived(run: Run) -> None:
    recording = run("""
        import threading
        barrier = threading.Barrier(3)
        threads = [threading.Thread(target=barrier.wait) for _ in range(3)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
    """)
    happened = [step[1] for step in steps(recording, "barrier") if step[1] != "waits"]
    assert happened == ["arrived"] * 3 + ["passed"] * 3
    arrived = [event.text for event in kinds(recording.events, Kind.ARRIVED)]
    assert arrived == ["1 of 3", "2 of 3", "3 of 3"]


def test_a_condition_reports_waiting_and_notifying_workers(run: Run) -> None:
    recording = run("""
        import threading
        condition = threading.Condition()
        ready = []
        def wait():
            with condition:
                while not ready: condition.wait()
        thread = threading.Thread(target=wait, name="waiter")
        thread.start()
        while not condition._waiters: pass
        with condition:
            ready.append(1); condition.notify()
        thread.join()
    """)
    assert [step[:2] for step in steps(recording, "condition") if step[0] == "waiter"][:3] == [
        ("waiter", "got"),
        ("waiter", "waits"),
        ("waiter", "released"),
    ]
    assert ("MainThread", "signalled", "1") in steps(recording, "condition")
    assert ("waiter", "passed") in [step[:2] for step in steps(recording, "condition")]


def test_an_item_is_put_before_it_is_taken(run: Run) -> None:
    recording = run("""
        import queue, threading
        items = queue.Queue(maxsize=2)
        def consume():
            for _ in range(20): items.get()
        thread = threading.Thread(target=consume)
        thread.start()
        for number in range(20): items.put(number)
        thread.join()
    """)
    waiting: list[str] = []
    for event in kinds(recording.events, Kind.PUT, Kind.TOOK):
        size, _, item = event.text.partition(": ")
        if event.kind is Kind.PUT:
            waiting.append(item)
        else:
            assert waiting.pop(0) == item
        assert int(size) <= 2
    assert waiting == []


@pytest.mark.parametrize("method", START_METHODS)
def test_children_have_the_names_of_their_parents_objects(run: Run, method: str) -> None:
    source = whole("""
        def work(guard, items, start):
            start.wait()
            with guard:
                items.put("x")
        def body(ctx):
            guard, items, start = ctx.Lock(), ctx.Queue(), ctx.Event()
            child = ctx.Process(target=work, args=(guard, items, start), name="child")
            child.start()
            start.set()
            print(items.get())
            child.join()
    """)
    recording = run(source, method=method)
    assert [step for step in steps(recording, "guard") if step[0] == "child"] == [
        ("child", "got", ""),
        ("child", "released", ""),
    ]
    assert ("child", "put", "1: 'x'") in steps(recording, "items")
    assert ("MainThread", "took", "0: 'x'") in steps(recording, "items")
    assert ("MainThread", "signalled", "") in steps(recording, "start")
    assert ("child", "passed", "") in steps(recording, "start")


@pytest.mark.parametrize("method", START_METHODS)
def test_each_task_of_a_pool_has_its_worker(run: Run, method: str) -> None:
    source = whole("""
        def square(number): return number * number
        def body(ctx):
            with ctx.Pool(2) as pool:
                print(pool.map(square, range(6), chunksize=1))
                print(pool.apply(square, (9,)))
    """)
    recording = run(source, method=method)
    began = kinds(recording.events, Kind.BEGAN)
    assert sorted(event.text for event in began) == [*"012345", "9"]
    assert {event.object for event in began} == {"square"}
    assert all("Pool" in event.worker for event in began)
    assert len(kinds(recording.events, Kind.DONE)) == 7


@pytest.mark.parametrize("method", START_METHODS)
def test_a_shared_value_reports_its_lock_and_not_each_access(run: Run, method: str) -> None:
    source = whole("""
        def work(counter):
            for _ in range(100): counter.value += 1
            with counter.get_lock(): counter.value += 1
        def body(ctx):
            counter = ctx.Value("i", 0)
            child = ctx.Process(target=work, args=(counter,), name="child")
            child.start(); child.join()
            print(counter.value)
    """)
    recording = run(source, method=method)
    assert texts(recording) == ["101"]
    assert steps(recording, "counter") == [("child", "got", "1"), ("child", "released", "0")]


def test_signals_to_children_and_managers_are_reported(run: Run) -> None:
    recording = run("""
        import multiprocessing, time
        ctx = multiprocessing.get_context("fork")
        child = ctx.Process(target=time.sleep, args=(60,), name="victim")
        child.start(); child.terminate(); child.join()
        with ctx.Manager() as manager:
            items = manager.list()
            items.append(1)
    """)
    assert ("MainThread", "signalled", "SIGTERM") in steps(recording, "victim")
    assert ("MainThread", "asked", "append") in steps(recording, "items")
