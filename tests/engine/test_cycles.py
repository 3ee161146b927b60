"""Workers that wait for each other, and others that only seem to."""

# ruff: noqa: E501  (the programs have long lines)

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.engine.conftest import Run, Write
from tests.engine.running import finish
from webapp.engine.deadlock import describe, find_cycle
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.events import Event, Kind
from webapp.engine.recording import Outcome
from webapp.engine.waits import State


@pytest.mark.parametrize(
    ("name", "source"),
    [
        (
            "joining each other",
            """
            import threading
            both = threading.Barrier(2)
            def work(other):
                both.wait()
                threads[other].join()
            threads = [threading.Thread(target=work, args=(1 - n,)) for n in range(2)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
            """,
        ),
        (
            "a condition that nobody notifies",
            """
            import threading
            condition = threading.Condition()
            def work():
                with condition: condition.wait()
            thread = threading.Thread(target=work)
            thread.start(); thread.join()
            """,
        ),
        (
            "two processes with two locks",
            """
            import multiprocessing
            ctx = multiprocessing.get_context("fork")
            left, right, both = ctx.Lock(), ctx.Lock(), ctx.Barrier(2)
            def work(first, second):
                with first:
                    both.wait()
                    with second: print("never")
            children = [ctx.Process(target=work, args=pair) for pair in ((left, right), (right, left))]
            for child in children: child.start()
            for child in children: child.join()
            """,
        ),
        (
            "both ends of a pipe receive",
            """
            import multiprocessing
            ctx = multiprocessing.get_context("fork")
            ours, theirs = ctx.Pipe()
            child = ctx.Process(target=theirs.recv)
            child.start()
            ours.recv()
            """,
        ),
        (
            "a semaphore that is never released",
            """
            import threading
            permits = threading.Semaphore(0)
            thread = threading.Thread(target=permits.acquire)
            thread.start(); thread.join()
            """,
        ),
    ],
)
def test_workers_that_wait_for_each_other_are_a_deadlock(run: Run, name: str, source: str) -> None:
    recording = run(source)
    assert recording.outcome is Outcome.DEADLOCKED
    cycle = recording.detail.split(" → ")
    assert len(cycle) >= 3
    assert cycle[0] == cycle[-1]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        (
            "a signal brings an end",
            """
            import signal, threading
            done = threading.Event()
            signal.signal(signal.SIGALRM, lambda *_: done.set())
            signal.setitimer(signal.ITIMER_REAL, 1)
            thread = threading.Thread(target=done.wait)
            thread.start(); thread.join()
            """,
        ),
        (
            "a pool works",
            """
            import multiprocessing, time
            with multiprocessing.get_context("fork").Pool(2) as pool:
                pool.map(time.sleep, [1, 1])
            """,
        ),
        (
            "an executor works",
            """
            import concurrent.futures, time
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                pool.submit(time.sleep, 1).result()
            """,
        ),
        (
            "a child computes",
            """
            import multiprocessing, time
            ctx = multiprocessing.get_context("fork")
            results = ctx.Queue()
            def work():
                until = time.monotonic() + 1
                while time.monotonic() < until: pass
                results.put(1)
            child = ctx.Process(target=work)
            child.start(); results.get(); child.join()
            """,
        ),
        (
            "a raw thread works",
            """
            import _thread, threading, time
            done = threading.Lock()
            done.acquire()
            _thread.start_new_thread(lambda: (time.sleep(1), done.release()), ())
            done.acquire()
            """,
        ),
    ],
)
def test_a_program_that_will_go_on_is_no_deadlock(run: Run, name: str, source: str) -> None:
    assert run(source).outcome is Outcome.FINISHED


def test_a_joined_worker_that_is_still_ending_is_no_deadlock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After a worker's last event its interpreter may still be ending."""
    monkeypatch.setattr("webapp.engine.deadlock._all_known", lambda live: True)
    monkeypatch.setattr("webapp.engine.deadlock._has_strays", lambda state: False)
    steps = [
        (10, Kind.STARTED, "process", ""),
        (10, Kind.STARTS, "P-1", "spawn"),
        (10, Kind.WAITS, "P-1", "join"),
        (11, Kind.STARTED, "process", "10.10"),
        (11, Kind.STARTS, "P-2", "spawn"),
        (11, Kind.WAITS, "P-2", "join"),
        (12, Kind.STARTED, "process", "11.11"),
        (12, Kind.ENDED, "", ""),
    ]
    names = {10: "MainThread", 11: "P-1", 12: "P-2"}
    events = [
        Event(id, id, pid, pid, names[pid], kind, object, text)
        for id, (pid, kind, object, text) in enumerate(steps, 1)
    ]
    assert find_cycle(State(events)) == ()
    # If the last one had not ended, and waited for the first, it would be a deadlock.
    events[-1] = Event(8, 8, 12, 12, "P-2", Kind.WAITS, "MainThread", "join")
    assert describe(find_cycle(State(events))) == "MainThread → P-1 → P-2 → MainThread"


def test_a_lost_wake_up_without_other_workers_is_only_timed_out(
    make_runner: Callable[..., EmbeddedRunner], write: Write
) -> None:
    runner = make_runner(soft_deadline=1)
    program = write("import threading\nthreading.Event().wait()")
    assert finish(runner, runner.start(program)).outcome is Outcome.TIMED_OUT
