"""What the recorder reports; programs cannot notice it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.engine.conftest import Run, Write
from tests.engine.running import kinds, texts
from webapp.engine.events import How, Kind
from webapp.engine.recording import Outcome, overlaps

START_METHODS = ("fork", "spawn", "forkserver")


def test_ten_threads_are_ten_lanes(run: Run) -> None:
    recording = run("""
        import threading, time
        threads = [threading.Thread(target=time.sleep, args=(0.05,)) for _ in range(10)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
    """)
    assert len(recording.workers) == 10
    assert len({span.key for span in recording.workers}) == 10
    assert all(span.end is not None for span in recording.workers)
    assert overlaps(recording.workers) > 1


def test_subclasses_of_thread_are_lanes_too(run: Run) -> None:
    recording = run("""
        from threading import Thread
        class Worker(Thread):
            def run(self):
                print("in", self.name)
        worker = Worker(name="digger")
        worker.start(); worker.join()
    """)
    assert [span.worker for span in recording.workers] == ["digger"]
    assert [(line.worker, line.text) for line in recording.lines] == [("digger", "in digger")]


def test_each_event_has_the_ids_and_the_name_that_its_worker_has_then(run: Run) -> None:
    recording = run("""
        import os, threading
        def tell():
            worker = threading.current_thread().name
            print(worker, os.getpid(), threading.get_native_id())
        def work():
            tell()
            threading.current_thread().name = "renamed"
            tell()
            if os.fork() == 0:
                tell()
                os._exit(0)
            os.wait()
            tell()
        for _ in range(2):
            thread = threading.Thread(target=work, name="first")
            thread.start(); thread.join()
    """)
    told = [line.text.split() for line in recording.lines]
    assert [name for name, _, _ in told] == ["first", "renamed", "renamed", "renamed"] * 2
    lines = [(line.worker, line.pid, line.tid) for line in recording.lines]
    assert [(str(pid), str(tid)) for _, pid, tid in lines] == [(pid, tid) for _, pid, tid in told]
    assert [worker for worker, _, _ in lines] == [
        name if int(pid) == recording.receipt.pid else f"fork#{at}"
        for at, (name, pid, _) in zip([0, 0, 1, 0, 0, 0, 2, 0], told, strict=True)
    ]


def test_a_lock_is_named_and_its_holders_never_overlap(run: Run) -> None:
    recording = run("""
        import threading, time
        lock = threading.Lock()
        def work():
            with lock:
                time.sleep(0.3)
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
    """)
    held = [span for span in recording.holdings if span.object == "lock"]
    assert len(held) == 4
    assert overlaps(held) == 1
    assert len([span for span in recording.waits if span.object == "lock"]) == 3
    assert len(recording.sleeps) == 4


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("first = Lock(); second = Lock()\nfor l in (first, second): l.acquire()", "first second"),
        ("left, right = Lock(), Lock()\nright.acquire(); left.acquire()", "right left"),
        ("class A:\n  def __init__(self): self.guard = Lock()\nA().guard.acquire()", "guard"),
        ("{A}ali = A()\nsara = A()\nsara.lock.acquire(); ali.lock.acquire()", "sara.lock ali.lock"),
        (
            "{A}all = [A() for _ in range(2)]\nfor a in all: a.lock.acquire()",
            "all[0].lock all[1].lock",
        ),
        ("{A}class B(A): pass\none, two = B(), B()\ntwo.lock.acquire()", "two.lock"),
        ("{A}def take(a): a.lock.acquire()\ntake(A())\ntake(A())", "lock lock#2"),
        ("x, y = [Lock() for _ in range(2)]\nfor l in (x, y): l.acquire()", "x y"),
        ("forks = [Lock() for _ in range(2)]\nfor f in forks: f.acquire()", "forks[0] forks[1]"),
        ("for _ in range(2):\n  own = Lock()\n  own.acquire()", "own own#2"),
        ("def take(l): l.acquire()\ntake(Lock())", "Lock#1"),
    ],
)
def test_locks_are_named_as_the_source_names_them(run: Run, source: str, names: str) -> None:
    account = "class A:\n  def __init__(self): self.lock = Lock()\n"
    recording = run("from threading import Lock\n" + source.replace("{A}", account))
    assert recording.outcome is Outcome.FINISHED, texts(recording)
    assert [event.object for event in kinds(recording.events, Kind.GOT)] == names.split()


def test_what_the_standard_library_does_inside_itself_is_not_reported(run: Run) -> None:
    recording = run("""
        import queue, threading
        numbers = queue.Queue()
        numbers.put(1); numbers.get()
        done = threading.Event()
        done.set(); done.wait()
    """)
    assert kinds(recording.events, Kind.GOT, Kind.WAITS, Kind.RELEASED) == []


@pytest.mark.parametrize("method", START_METHODS)
def test_a_killed_child_keeps_the_events_it_reported(run: Run, method: str) -> None:
    recording = run(
        """
        import multiprocessing, os, signal
        def work():
            for number in range(100):
                print("step", number)
            os.kill(os.getpid(), signal.SIGKILL)
        def main(method: str = "fork"):
            child = multiprocessing.get_context(method).Process(target=work, name="victim")
            child.start(); child.join()
            print("exit code", child.exitcode)

        if __name__ == "__main__":
            main()
        """,
        method=method,
    )
    assert texts(recording) == [*(f"step {number}" for number in range(100)), "exit code -9"]
    assert {line.worker for line in recording.lines[:-1]} == {"victim"}
    [exited] = kinds(recording.events, Kind.EXITED)
    assert exited.object == "victim"
    assert exited.text.endswith(" -9")
    [span] = recording.workers
    assert span.worker == "victim"
    assert span.end is None
    assert recording.receipt.start_methods == (method,)


@pytest.mark.parametrize("method", START_METHODS)
def test_threads_of_children_are_reported_with_one_clock(run: Run, method: str) -> None:
    recording = run(
        """
        import multiprocessing, threading
        def inner():
            print("inside")
        def work():
            thread = threading.Thread(target=inner, name="helper")
            thread.start(); thread.join()
        def main(method: str = "fork"):
            child = multiprocessing.get_context(method).Process(target=work, name="child")
            child.start(); child.join()
            print("outside")

        if __name__ == "__main__":
            main()
        """,
        method=method,
    )
    assert [(line.worker, line.text) for line in recording.lines] == [
        ("child/helper", "inside"),
        ("MainThread", "outside"),
    ]
    times = [event.time for event in kinds(recording.events, Kind.STARTED, Kind.ENDED)]
    # main, child, helper start; helper, child, main end: in this order, across two processes
    assert times == sorted(times)


def test_a_line_too_long_for_one_write_arrives_whole(run: Run) -> None:
    recording = run("""
        import sys, threading
        def work(letter):
            for _ in range(20):
                sys.stdout.write(letter * 50_000 + "\\n")
        threads = [threading.Thread(target=work, args=(letter,)) for letter in "abc"]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
    """)
    assert sorted(texts(recording)) == sorted([letter * 50_000 for letter in "abc"] * 20)


def test_text_of_any_kind_arrives_as_it_was_written(run: Run) -> None:
    text = "tab\there, back\\slash \\n, سلام 🙂 \\\\t"
    recording = run(
        f"print({text!r})\nprint('a\\nb')\nprint('x', end='')\nprint('y', 'z', sep='-')"
    )
    assert texts(recording) == [text, "a", "b", "xy-z"]


def test_what_goes_past_print_is_caught_too(run: Run) -> None:
    recording = run("""
        import logging, os, subprocess, sys
        os.write(1, b"by descriptor\\n")
        sys.stdout.buffer.write(b"by buffer\\n")
        sys.stdout.flush()
        subprocess.run(["echo", "by another program"])
        logging.warning("by logging")
    """)
    seen = {(line.stream, line.text) for line in recording.lines}
    assert seen == {
        ("stdout", "by descriptor"),
        ("stdout", "by buffer"),
        ("stdout", "by another program"),
        ("stderr", "WARNING:root:by logging"),
    }


def test_a_line_that_nobody_ended_is_kept(run: Run) -> None:
    recording = run("print('whole')\nprint('no newline', end='')")
    assert texts(recording) == ["whole", "no newline"]


def test_with_the_observer_off_only_lives_and_prints_are_recorded(run: Run) -> None:
    recording = run(
        """
        import threading, time
        lock = threading.Lock()
        def work():
            with lock:
                time.sleep(0.01)
                print("done")
        thread = threading.Thread(target=work)
        thread.start(); thread.join()
        """,
        observe=False,
    )
    assert {event.kind for event in recording.events} == {
        Kind.STARTS,
        Kind.STARTED,
        Kind.PRINTED,
        Kind.ENDED,
    }
    assert not recording.receipt.observed


def test_a_sleep_of_zero_is_a_yield_and_not_reported(run: Run) -> None:
    recording = run("import time\ntime.sleep(0)\ntime.sleep(0.001)")
    assert [event.text for event in kinds(recording.events, Kind.SLEPT)] == ["0.001"]


def test_join_reports_a_wait_only_where_there_is_one(run: Run) -> None:
    recording = run("""
        import sys, threading, time
        def calls(thread):
            frame = sys._current_frames()[thread]
            while frame:
                yield frame.f_code.co_name
                frame = frame.f_back
        def work():
            while not tried: time.sleep(0.01)
            while "join" not in calls(main): time.sleep(0.01)
        main, tried = threading.get_ident(), []
        slow = threading.Thread(target=work, name="slow")
        slow.start()
        slow.join(0.001)
        tried.append("to join it")
        slow.join()
        slow.join()
    """)
    steps = kinds(recording.events, Kind.WAITS, Kind.GAVE_UP, Kind.JOINED)
    assert [(event.kind, event.object) for event in steps] == [
        (Kind.WAITS, "slow"),
        (Kind.GAVE_UP, "slow"),
        (Kind.WAITS, "slow"),
        (Kind.JOINED, "slow"),
        (Kind.JOINED, "slow"),
    ]


def test_a_wait_says_what_would_end_it_and_how_long_it_may_last(run: Run) -> None:
    recording = run("""
        import multiprocessing, queue, threading, time
        from concurrent.futures import ThreadPoolExecutor
        lock, ready, meeting = threading.Lock(), threading.Event(), threading.Barrier(2)
        items, far = queue.Queue(maxsize=1), multiprocessing.Queue()
        def hold():
            with lock:
                meeting.wait()
                ready.wait(1)
        def put():
            items.put(1); items.put(2)
        def put_later():
            time.sleep(1)
            far.put(3)
        workers = [threading.Thread(target=work, name=work.__name__) for work in (hold, put)]
        for worker in workers: worker.start()
        meeting.wait()
        with lock: items.get()
        for worker in workers: worker.join()
        threading.Thread(target=put_later).start()
        far.get(timeout=5)
        with ThreadPoolExecutor() as executor:
            executor.submit(time.sleep, 1).result()
    """)
    waits = {
        (event.object, event.how, event.timeout)
        for event in kinds(recording.events, Kind.WAITS)
        if event.how is not How.JOIN
    }
    assert waits == {
        ("lock", How.ACQUIRE, None),
        ("meeting", How.BARRIER, None),
        ("ready", How.SIGNAL, 1.0),
        ("items", How.PUT, None),
        ("far", How.GET, 5.0),
        ("future#1", How.RESULT, None),
    }


def test_primitives_of_the_multiprocessing_package_itself_are_seen(run: Run) -> None:
    recording = run("""
        import multiprocessing
        from multiprocessing import Event, Queue
        lock, ready, items = multiprocessing.Lock(), Event(), Queue()
        here, there = multiprocessing.Pipe()
        with lock: pass
        ready.set(); items.put(1); here.send(2); there.recv()
    """)
    seen = kinds(recording.events, Kind.GOT, Kind.SIGNALLED, Kind.PUT, Kind.TOOK)
    assert [event.object for event in seen] == ["lock", "ready", "items", "here", "there"]


PROGRAMS = {
    "a thread raises": """
        import threading
        def work():
            raise ValueError("in a thread")
        thread = threading.Thread(target=work, name="t")
        thread.start(); thread.join()
        """,
    "a process raises": """
        import multiprocessing
        def work():
            raise ValueError("in a process")
        child = multiprocessing.get_context("fork").Process(target=work, name="p")
        child.start(); child.join(); print(child.exitcode)
        """,
    "the main thread raises with a cause": """
        def inner():
            {}["missing"]
        try:
            inner()
        except KeyError as error:
            raise RuntimeError("no such thing") from error
        """,
    "a lock is misused": """
        import threading, traceback
        lock = threading.Lock()
        for misuse in (
            lambda: lock.release(),
            lambda: lock.acquire(False, 1),
            lambda: lock.acquire(True, -2),
            lambda: lock.acquire(timeout=1e100),
            lambda: threading.Thread(target=print).join(),
            lambda: threading.current_thread().join(),
        ):
            try:
                misuse()
            except Exception:
                traceback.print_exc()
        print(lock.locked(), lock.acquire(), lock.acquire(False), lock.acquire(timeout=0.01))
        """,
    "a thread is started twice": """
        import threading
        thread = threading.Thread(target=print, args=("once",))
        thread.start(); thread.join()
        try:
            thread.start()
        except RuntimeError as error:
            print(error)
        """,
    "the types are asked for": """
        import threading, time, pickle
        print(isinstance(threading.main_thread(), threading.Thread), threading.Thread.__name__)
        lock = threading.Lock()
        print(isinstance(lock, type(threading.Lock())), type(lock).__name__)
        try:
            pickle.dumps(lock)
        except TypeError as error:
            print(error)
        condition = threading.Condition(lock)
        with condition:
            condition.wait(0.001)
        try:
            time.sleep(-1)
        except ValueError as error:
            print(error)
        try:
            time.sleep("1")
        except TypeError as error:
            print(error)
        print(print.__name__, time.sleep.__name__)
        """,
    "it exits with a message": """
        import sys
        sys.exit("I give up")
        """,
    "it exits with a number, after its threads and exit functions": """
        import atexit, sys, threading
        atexit.register(print, "at exit")
        def late():
            threading.main_thread().join(); print("late")
        threading.Thread(target=late).start()
        print("main is over")
        sys.exit(3)
        """,
    "it does not compile": """
        print("never"
        """,
    "it imports what is not there": """
        import no_such_module
        """,
    "it asks who it is": """
        import sys
        print(__name__, __file__, sys.argv, sys.path[0], __spec__, __builtins__.__name__)
        print(sorted(name for name in dir() if name != "sys"), "webapp" in sys.modules)
        """,
    "it reads what is not there": """
        input("your name? ")
        """,
    "it misuses print": """
        import io
        text = io.StringIO()
        print("to a file", file=text); print(repr(text.getvalue()))
        print(1, 2, sep=None, end=None)
        try:
            print("x", sep=3)
        except TypeError as error:
            print(error)
        """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_cannot_tell_that_it_is_recorded(write: Write, run: Run, name: str) -> None:
    """Exit code, output and errors (with tracebacks) are those of `python PROGRAM.py`."""
    program = write(PROGRAMS[name])
    plain = subprocess.run(
        [sys.executable, program.path],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    recording = run(PROGRAMS[name])
    own = program.path.name.replace("0", "1")
    for stream, expected in (("stdout", plain.stdout), ("stderr", plain.stderr)):
        recorded = [line.text for line in recording.lines if line.stream == stream]
        assert recorded == expected.replace(program.path.name, own).splitlines()
    assert recording.exit_code == plain.returncode


def test_an_exception_that_nobody_caught_is_reported_where_it_was_raised(run: Run) -> None:
    recording = run("""
        import threading
        def work():
            raise ValueError("oh")
        thread = threading.Thread(target=work, name="t")
        thread.start(); thread.join()
        raise KeyError("main")
    """)
    raised = kinds(recording.events, Kind.RAISED)
    assert [(event.worker, event.object, event.text, event.line) for event in raised] == [
        ("t", "ValueError", "oh", 3),
        ("MainThread", "KeyError", "'main'", 6),
    ]
    assert recording.outcome is Outcome.FAILED


def test_a_signals_handler_is_reported_with_what_it_interrupts(run: Run) -> None:
    recording = run("""
        import os, signal, threading
        done = threading.Event()
        def handle(number, frame):
            print("handled", frame.f_code.co_name, frame.f_lineno)
            done.set()
        print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
        print(signal.signal(signal.SIGUSR1, handle), signal.getsignal(signal.SIGUSR1) is handle)
        def main():
            os.kill(os.getpid(), signal.SIGUSR1)
            done.wait()
        main()
        print(signal.signal(signal.SIGUSR1, signal.SIG_DFL) is handle)
    """)
    reported = kinds(recording.events, Kind.HANDLES, Kind.CAUGHT, Kind.HANDLED)
    assert [(event.kind, event.object, event.text) for event in reported] == [
        (Kind.HANDLES, "SIGUSR1", "handle"),
        (Kind.CAUGHT, "SIGUSR1", ""),
        (Kind.HANDLED, "SIGUSR1", ""),
    ]
    first, second, third, fourth = texts(recording)
    assert (first, second, fourth) == ("True", "0 True", "True")
    assert third.startswith("handled main ")


def test_what_a_spawned_child_prints_before_it_begins_is_its_own(run: Run) -> None:
    recording = run("""
        from multiprocessing import get_context
        print("imported", __name__)
        get_context("spawn").Process(target=print, name="child").start()
    """)
    printed = {(line.worker, line.text) for line in recording.lines}
    assert ("MainThread", "imported __main__") in printed
    assert ("child", "imported __mp_main__") in printed
    assert {worker for worker, text in printed if "RuntimeError" in text} == {"child"}
    assert {line.worker for line in recording.lines} == {"MainThread", "child"}
