"""Directed runs: a schedule decides who goes on, and the same schedule gives the same run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.conftest import Write
from tests.engine.running import cores_taken, finish, texts
from tests.engine.searching import outcomes, search_all
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.events import Kind
from webapp.engine.limits import Limits
from webapp.engine.program import Program
from webapp.engine.recording import Outcome, Recording
from webapp.engine.schedules import Direction, Search, refusal

IDENT = re.compile(r", started \d+")
"""What differs from process to process in the `repr` of a thread."""

PROGRAMS = sorted((Path(__file__).parent / "directed").glob("*.py"))

COUNTING = """
    from threading import Thread

    counter = 0


    def add():
        global counter
        value = counter
        counter = value + 1


    threads = [Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(counter)
"""


@pytest.fixture(scope="module")
def patient() -> Iterator[EmbeddedRunner]:
    """A runner whose runs may search for long."""
    runner = EmbeddedRunner(Limits(unfollowed=None, soft_deadline=170, cpu=170, grace=0.5))
    yield runner
    runner.close()


def directed(runner: EmbeddedRunner, program: Program, schedule: str) -> Recording:
    """Run a program by a schedule."""
    own = Program(program.path, program.parameters, directed=Direction(schedule))
    return finish(runner, runner.start(own))


def test_a_schedule_decides_who_goes_on(runner: EmbeddedRunner, write: Write) -> None:
    program = write(COUNTING)
    # Main starts both and waits. Then 1 reads, 2 reads and writes, and 1 writes.
    assert texts(directed(runner, program, "0*4,1,1,2*2")) == ["1"]
    assert texts(directed(runner, program, "0*4,1*3")) == ["2"]


def test_a_receipt_holds_the_schedule(runner: EmbeddedRunner, write: Write) -> None:
    recording = directed(runner, write(COUNTING), "0,0")
    assert recording.receipt.schedule == "0,0"
    assert recording.receipt.observed


@pytest.mark.thorough
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_the_reduction_loses_no_outcome(patient: EmbeddedRunner, program: Path) -> None:
    """All schedules with at most one switch, and those that the reduction leaves."""
    few = search_all(patient, Program(program), Search(1, 5000, 150))
    all_of_them = search_all(patient, Program(program), Search(1, 5000, 150, reduce=False))
    assert few.end is not None and few.end.why == "all"
    assert all_of_them.end is not None
    if all_of_them.end.why == "all":
        assert outcomes(few) == outcomes(all_of_them)
    else:  # on a slow machine
        assert outcomes(few) >= outcomes(all_of_them)
    assert len(few.tried) < len(all_of_them.tried)


@pytest.mark.thorough
def test_the_reduction_takes_a_third_of_the_schedules(patient: EmbeddedRunner) -> None:
    program = Program(Path(__file__).parent / "directed" / "three_counters.py")
    few = search_all(patient, program, Search(1))
    all_of_them = search_all(patient, program, Search(1, reduce=False, seconds=100))
    assert 3 * len(few.tried) <= len(all_of_them.tried)


def test_starts_and_ends_of_threads_have_one_order(runner: EmbeddedRunner, write: Write) -> None:
    program = write(
        """
        from threading import Thread

        threads = [Thread(target=int) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        """
    )
    assert len(search_all(runner, program, Search(2)).tried) == 1


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["lost_update", "opposite_order", "looks_once", "in_a_pool"])
def test_a_found_schedule_replays_twenty_times_also_on_a_busy_machine(
    patient: EmbeddedRunner, name: str
) -> None:
    program = Program(Path(__file__).parent / "directed" / f"{name}.py")
    found = search_all(patient, program, Search(1))
    smallest = min(found.tried, key=lambda tried: (tried.switches == 0, tried.size))
    said = [line.text for line in smallest.lines]
    with cores_taken():
        again = [directed(patient, program, smallest.schedule) for _ in range(20)]
    assert [texts(recording) for recording in again] == [said] * 20
    assert {recording.outcome == Outcome.DEADLOCKED for recording in again} == {
        smallest.outcome == "deadlocked"
    }


def test_a_deadlock_says_who_waits_for_what(runner: EmbeddedRunner) -> None:
    program = Program(Path(__file__).parent / "directed" / "opposite_order.py")
    recording = directed(runner, program, "0*3,1*2,2")
    assert recording.outcome is Outcome.DEADLOCKED
    assert recording.detail == "ada → scanner → bob → printer → ada"


def test_time_is_virtual(runner: EmbeddedRunner, write: Write) -> None:
    program = write(
        """
        import time
        from threading import Event, Lock, Thread, Timer

        def sleeper(seconds):
            time.sleep(seconds)
            print("slept", seconds)

        began = time.perf_counter()
        for seconds in (3000, 1000):
            Thread(target=sleeper, args=(seconds,)).start()
        Timer(2000, print, ("timer",)).start()
        print(Event().wait(1500), f"{time.perf_counter() - began:g}")
        """
    )
    recording = directed(runner, program, "")
    assert texts(recording) == ["slept 1000", "False 1500", "timer", "slept 3000"]
    assert recording.wall > 3000  # as its lanes show it


@pytest.mark.parametrize(
    ("schedule", "detail"),
    [
        ("0,7", r"choice 2 of the schedule: there is no thread 7"),
        ("0*99", r"choice \d+ of the schedule: thread 0 cannot go on"),
    ],
)
def test_a_schedule_that_does_not_fit_says_where(
    runner: EmbeddedRunner, write: Write, schedule: str, detail: str
) -> None:
    recording = directed(runner, write(COUNTING), schedule)
    assert recording.outcome is Outcome.FAILED
    assert re.fullmatch(detail, recording.detail)


def test_a_turn_that_does_not_end_is_ended(runner: EmbeddedRunner, write: Write) -> None:
    program = write(
        """
        import os
        from threading import Thread

        reading, writing = os.pipe()
        Thread(target=os.read, args=(reading, 1)).start()
        Thread(target=print, args=("never",)).start()
        """
    )
    recording = directed(runner, program, "")
    assert recording.outcome is Outcome.FAILED
    assert recording.detail.startswith("Thread-1 (read) did not end its turn within a second")


def test_a_loop_that_waits_for_another_thread_comes_to_its_end(
    runner: EmbeddedRunner, write: Write
) -> None:
    program = write(
        """
        from threading import Thread

        ready = False

        def spin():
            while not ready:
                pass
            print("ready")

        thread = Thread(target=spin)
        thread.start()
        ready = True
        thread.join()
        """
    )
    assert texts(directed(runner, program, "1")) == ["ready"]


def test_cells_keep_what_another_thread_wrote(runner: EmbeddedRunner, write: Write) -> None:
    """The interpreter restores a frame's cells after a trace function, until Python 3.12."""
    program = write(
        """
        from threading import Thread

        def main():
            seen = []
            count = 0

            def add():
                nonlocal count
                for _ in range(3):
                    count += 1
                    seen.append(count)

            threads = [Thread(target=add) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            print(count, seen)

        main()
        """
    )
    found = search_all(runner, program, Search(1))
    assert {tried.outcome for tried in found.tried} == {"finished"}
    # With one switch at most the updates of one thread are lost: never is a later one undone.
    assert {int(tried.lines[-1].text.split()[0]) for tried in found.tried} <= {3, 4, 5, 6}
    assert texts(directed(runner, program, "")) == ["6 [1, 2, 3, 4, 5, 6]"]


@pytest.mark.parametrize(
    ("source", "why", "line"),
    [
        ("x = 1\nimport multiprocessing", "processes", 2),
        ("from concurrent.futures import ProcessPoolExecutor", "processes", 1),
        ("import os\n\nos.fork()", "processes", 3),
        ("import asyncio", "tasks", 1),
        ("import signal", "signals", 1),
        ("from urllib import request", "blocks", 1),
        ("print(input())", "blocks", 1),
        ("import _thread", "bare", 1),
    ],
)
def test_what_cannot_be_directed_is_refused_with_its_reason(
    source: str, why: str, line: int
) -> None:
    found = refusal(source)
    assert found is not None
    assert (found.why, found.line) == (why, line)


def test_what_can_be_directed_is_not_refused() -> None:
    source = "import os, queue, random, threading, time\nfrom concurrent.futures import wait\n"
    assert refusal(source) is None


def test_a_search_says_exactly_what_it_tried(runner: EmbeddedRunner, write: Write) -> None:
    program = write(COUNTING)
    whole = search_all(runner, program, Search(1))
    assert whole.end is not None
    assert (whole.end.why, whole.end.complete) == ("all", 1)
    assert whole.end.number == len(whole.tried)
    cut = search_all(runner, program, Search(1, number=3))
    assert cut.end is not None
    assert (cut.end.why, cut.end.complete, len(cut.tried)) == ("number", 0, 3)


def test_a_search_reports_what_breaks(runner: EmbeddedRunner, write: Write) -> None:
    program = write(
        """
        from threading import Thread

        found = None

        def use():
            if found is not None:
                print(len(found))

        thread = Thread(target=use)
        found = "it"
        thread.start()
        found = None
        thread.join()
        """
    )
    found = search_all(runner, program, Search(2))
    broken = [tried for tried in found.tried if tried.outcome == "failed"]
    assert {tried.switches for tried in broken} == {2}
    assert "TypeError: object of type 'NoneType' has no len()" in {tried.detail for tried in broken}


def test_a_run_of_a_search_that_never_ends_is_ended(runner: EmbeddedRunner, write: Write) -> None:
    program = write(
        """
        from threading import Lock, Thread

        count = 0

        def loop():
            global count
            while True:
                count += 1

        for _ in range(2):
            Thread(target=loop).start()
        """
    )
    found = search_all(runner, program, Search(0, number=1))
    assert [(tried.outcome, tried.detail) for tried in found.tried] == [("halted", "steps")]
    assert found.end is not None and found.end.why == "number"


def test_runs_of_a_search_begin_as_every_run_does(runner: EmbeddedRunner, write: Write) -> None:
    """What the fork server has done before leaves nothing: no thread, number, time or line."""
    program = write(
        """
        import random, threading, time

        def tell():
            print(threading.current_thread().name, threading.active_count(), time.monotonic())

        tell()
        print(random.random(), threading.enumerate())
        threads = [threading.Thread(target=tell) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        """
    )
    found = search_all(runner, program, Search(2, number=5))
    for tried in found.tried:
        said = [IDENT.sub("", line.text) for line in tried.lines]
        again = texts(directed(runner, program, tried.schedule))
        assert said == [IDENT.sub("", line) for line in again]
    assert len({tried.schedule for tried in found.tried}) == 5


def test_a_set_of_texts_has_the_same_order_in_a_search_and_in_its_replay(
    runner: EmbeddedRunner, write: Write
) -> None:
    program = write(
        """
        import os
        from threading import Thread

        Thread(target=lambda: print({f"text {number}" for number in range(10)})).start()
        print(os.environ.get("PYTHONHASHSEED"))
        """
    )
    (tried,) = search_all(runner, program, Search(0, number=1)).tried
    said = [line.text for line in tried.lines]
    assert said[0] == "None"
    assert said == texts(directed(runner, program, tried.schedule))


def test_a_search_whose_fork_server_is_killed_comes_to_an_end(
    runner: EmbeddedRunner, write: Write
) -> None:
    program = write(
        """
        import os
        from threading import Thread

        Thread(target=lambda: os.kill(os.getppid(), 9)).start()
        """
    )
    recording = finish(runner, runner.start(Program(program.path, directed=Search(1))))
    assert recording.outcome is Outcome.FAILED
    assert not [event for event in recording.events if event.kind is Kind.SEARCHED]
