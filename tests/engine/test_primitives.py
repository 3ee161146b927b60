"""Each recorded primitive behaves like its original, and its use is reported."""

# ruff: noqa: E501  (the programs have long lines)

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable

import pytest

from tests.engine.conftest import Run, Write
from tests.engine.running import finish, kinds, texts
from webapp.engine.deadlock import describe, find_cycle
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.events import Event, Kind
from webapp.engine.recording import Outcome, Recording

START_METHODS = ("fork", "spawn", "forkserver")


def steps(recording: Recording, object: str) -> list[tuple[str, str, str]]:
    """Return each worker, kind and text of the events of the object with that name."""
    events = sorted(recording.events, key=lambda event: event.id)
    return [(e.worker, str(e.kind), e.text) for e in events if e.object == object]


# Programs whose output does not depend on which worker is faster: it must be the same recorded.
PROGRAMS = {
    "rlock": """
        import threading
        lock = threading.RLock()
        print(lock.acquire(), lock.acquire(blocking=False), lock.acquire(timeout=1))
        def other():
            print(lock.acquire(blocking=False), lock.acquire(timeout=0.01))
            try:
                lock.release()
            except RuntimeError as error:
                print(error)
        thread = threading.Thread(target=other)
        thread.start(); thread.join()
        for _ in range(3): lock.release()
        try:
            lock.release()
        except RuntimeError as error:
            print(error)
        with lock, lock:
            print("twice")
        print(type(lock).__name__, isinstance(lock, type(threading.RLock())))
        """,
    "semaphores": """
        import threading
        semaphore = threading.Semaphore(2)
        print(semaphore.acquire(), semaphore.acquire(), semaphore.acquire(blocking=False))
        print(semaphore.acquire(timeout=0.01))
        semaphore.release(); semaphore.release(2)
        with semaphore:
            print(semaphore._value)
        bounded = threading.BoundedSemaphore(1)
        for misuse in (bounded.release, lambda: threading.Semaphore(-1),
                       lambda: semaphore.acquire(False, 1), lambda: semaphore.release(0)):
            try:
                misuse()
            except ValueError as error:
                print(error)
        """,
    "condition": """
        import threading
        condition = threading.Condition()
        items = []
        def consume():
            with condition:
                print(condition.wait_for(lambda: items, timeout=5))
                print(items.pop())
        thread = threading.Thread(target=consume)
        thread.start()
        with condition:
            items.append("item")
            condition.notify()
        thread.join()
        with condition:
            print(condition.wait(0.01))
        for misuse in (condition.wait, condition.notify, condition.notify_all):
            try:
                misuse()
            except RuntimeError as error:
                print(error)
        own = threading.Lock()
        with threading.Condition(own) as got:
            print(got, own.locked())
        nested = threading.Condition()
        with nested, nested:
            print(nested.wait(0.01), nested._is_owned())
        """,
    "event": """
        import threading
        ready = threading.Event()
        print(ready.wait(0.01), ready.is_set())
        thread = threading.Thread(target=ready.wait)
        thread.start(); ready.set(); thread.join()
        print(ready.wait(), ready.is_set())
        ready.clear()
        print(ready.is_set())
        """,
    "barrier": """
        import threading
        barrier = threading.Barrier(3, action=lambda: print("all here"))
        def meet():
            places.append(barrier.wait())
        for _ in range(2):
            places = []
            threads = [threading.Thread(target=meet) for _ in range(3)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
            print(sorted(places), barrier.n_waiting, barrier.broken)
        try:
            barrier.wait(0.01)
        except threading.BrokenBarrierError:
            print("broken", barrier.broken)
        barrier.reset()
        barrier.abort()
        try:
            barrier.wait()
        except threading.BrokenBarrierError:
            print("aborted")
        """,
    "queue": """
        import queue
        numbers = queue.Queue(maxsize=2)
        numbers.put(1); numbers.put_nowait(2)
        for misuse in (lambda: numbers.put(3, timeout=0.01), lambda: numbers.put_nowait(3)):
            try:
                misuse()
            except queue.Full:
                print("full")
        print(numbers.get(), numbers.get_nowait(), numbers.qsize())
        for misuse in (lambda: numbers.get(timeout=0.01), lambda: numbers.get(block=False)):
            try:
                misuse()
            except queue.Empty:
                print("empty")
        try:
            numbers.get(timeout=-1)
        except ValueError as error:
            print(error)
        numbers.task_done(); numbers.task_done(); numbers.join()
        last, least = queue.LifoQueue(), queue.PriorityQueue()
        for number in (2, 3, 1):
            last.put(number); least.put(number)
        print([last.get() for _ in range(3)], [least.get() for _ in range(3)])
        """,
    "timer and local": """
        import threading
        timer = threading.Timer(0.01, print, args=("timer",))
        timer.start(); timer.join()
        cancelled = threading.Timer(60, print)
        cancelled.start(); cancelled.cancel(); cancelled.join()
        local = threading.local()
        local.value = 1
        thread = threading.Thread(target=lambda: print(hasattr(local, "value")))
        thread.start(); thread.join()
        """,
    "thread pool": """
        from concurrent.futures import ThreadPoolExecutor, TimeoutError, as_completed
        import time
        def square(number): return number * number
        def fail(): raise ValueError("no")
        with ThreadPoolExecutor(2) as pool:
            print(list(pool.map(square, range(5))), pool.submit(pow, 2, 3).result())
            print(sorted(f.result() for f in as_completed([pool.submit(square, n) for n in (3, 1)])))
            try:
                pool.submit(fail).result()
            except ValueError as error:
                print(error, [f.name for f in __import__("traceback").extract_tb(error.__traceback__)][-1])
            try:
                pool.submit(time.sleep, 0.1).result(timeout=0.01)
            except TimeoutError:
                print("too late")
        """,
}

PROCESS_PROGRAMS = {
    "locks": """
        def work(lock, rlock, semaphore, value):
            for _ in range(50):
                with lock:
                    with rlock, rlock:
                        value.value += 1
            with semaphore:
                print("in")
        def body(ctx):
            lock, rlock, semaphore = ctx.Lock(), ctx.RLock(), ctx.BoundedSemaphore(2)
            value = ctx.Value("i", 0)
            children = [ctx.Process(target=work, args=(lock, rlock, semaphore, value)) for _ in range(2)]
            for child in children: child.start()
            for child in children: child.join()
            print(value.value, lock.acquire(), lock.acquire(False), lock.acquire(timeout=0.01))
            lock.release()
            for misuse in (lock.release, rlock.release, semaphore.release):
                try:
                    misuse()
                except (ValueError, AssertionError) as error:
                    print(type(error).__name__, error)
        """,
    "event, condition and barrier": """
        def work(event, condition, barrier, flag):
            event.wait()
            barrier.wait()
            with condition:
                while not flag.value:
                    condition.wait()
            print("passed")
        def body(ctx):
            event, condition, barrier = ctx.Event(), ctx.Condition(), ctx.Barrier(3)
            flag = ctx.Value("b", 0)
            children = [ctx.Process(target=work, args=(event, condition, barrier, flag)) for _ in range(2)]
            for child in children: child.start()
            event.set()
            barrier.wait()
            with condition:
                flag.value = 1
                condition.notify_all()
            for child in children: child.join()
            print([child.exitcode for child in children], event.is_set(), barrier.broken)
        """,
    "queues": """
        def work(tasks, results, simple):
            while (task := tasks.get()) is not None:
                results.put(task * 2)
                tasks.task_done()
            tasks.task_done()
            simple.put("bye")
        def body(ctx):
            import queue
            tasks, results, simple = ctx.JoinableQueue(), ctx.Queue(maxsize=10), ctx.SimpleQueue()
            child = ctx.Process(target=work, args=(tasks, results, simple))
            child.start()
            for number in range(5): tasks.put(number)
            tasks.put(None)
            tasks.join()
            print([results.get() for _ in range(5)], simple.get(), simple.empty())
            child.join()
            for misuse in (results.get_nowait, lambda: results.get(timeout=0.01)):
                try:
                    misuse()
                except queue.Empty:
                    print("empty")
            print(results.qsize(), results.empty(), results.full())
        """,
    "pipe": """
        def work(end):
            while (number := end.recv()) is not None:
                end.send(number + 1)
            end.close()
        def body(ctx):
            ours, theirs = ctx.Pipe()
            child = ctx.Process(target=work, args=(theirs,))
            child.start()
            theirs.close()
            for number in range(3):
                ours.send(number)
                print(ours.recv(), ours.poll(0))
            ours.send(None)
            child.join()
            try:
                ours.recv()
            except EOFError:
                print("the other end is closed", child.exitcode)
        """,
    "manager": """
        def work(items, table, queue):
            items.append(1); table["key"] = "value"; queue.put("item")
        def body(ctx):
            with ctx.Manager() as manager:
                items, table, queue = manager.list(), manager.dict(), manager.Queue()
                child = ctx.Process(target=work, args=(items, table, queue))
                child.start(); child.join()
                print(list(items), dict(table), queue.get())
        """,
    "pool": """
        def square(number): return number * number
        def add(a, b): return a + b
        def fail(number): raise ValueError(f"no {number}")
        def body(ctx):
            with ctx.Pool(2) as pool:
                print(pool.map(square, range(10)), pool.starmap(add, [(1, 2), (3, 4)]))
                print(list(pool.imap(square, range(5))), sorted(pool.imap_unordered(square, range(5), 2)))
                print(pool.apply(add, (1, 2)), pool.apply_async(add, (3,), {"b": 4}).get(timeout=10))
                try:
                    pool.map(fail, [7])
                except ValueError as error:
                    print(error)
        """,
    "process pool executor": """
        from concurrent.futures import ProcessPoolExecutor
        def square(number): return number * number
        def fail(): raise ValueError("no")
        def body(ctx):
            with ProcessPoolExecutor(2, mp_context=ctx) as pool:
                print(list(pool.map(square, range(6), chunksize=2)), pool.submit(square, 9).result())
                try:
                    pool.submit(fail).result()
                except ValueError as error:
                    print(error)
        """,
    "daemons, signals and exit codes": """
        import os, time
        def sleep(): time.sleep(60)
        def leave(): os._exit(3)
        def body(ctx):
            daemon = ctx.Process(target=sleep, daemon=True)
            killed, leaver = ctx.Process(target=sleep), ctx.Process(target=leave)
            for child in (daemon, killed, leaver): child.start()
            daemon.terminate(); killed.kill()
            for child in (daemon, killed, leaver): child.join()
            print(daemon.exitcode, killed.exitcode, leaver.exitcode, daemon.daemon, killed.is_alive())
            ctx.Process(target=sleep, daemon=True).start()
            print("leaving")
        """,
}

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
    assert ("MainThread", "asked", "append") in steps(recording, "list")


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
    assert find_cycle(events) == ()
    # If the last one had not ended, and waited for the first, it would be a deadlock.
    events[-1] = Event(8, 8, 12, 12, "P-2", Kind.WAITS, "MainThread", "join")
    assert describe(find_cycle(events)) == "MainThread → P-1 → P-2 → MainThread"


def test_a_lost_wake_up_without_other_workers_is_only_timed_out(
    make_runner: Callable[..., EmbeddedRunner], write: Write
) -> None:
    runner = make_runner(soft_deadline=1)
    program = write("import threading\nthreading.Event().wait()")
    assert finish(runner, runner.start(program)).outcome is Outcome.TIMED_OUT
