"""Slow motion: each line of a program, and the shared values that it reads and writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests.engine.conftest import Write
from tests.engine.running import finish
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.events import Event, Kind
from webapp.engine.recording import Outcome, Recording
from webapp.engine.schedules import Direction
from webapp.engine.slow_motion.tracing import MONITORS
from webapp.engine.touches import MOST_LINES, Touched

Slowly = Callable[..., Recording]


@pytest.fixture
def slowly(runner: EmbeddedRunner, write: Write) -> Slowly:
    """Write a program, run it in slow motion to its end and return its record."""

    def slowly(source: str, **parameters: object) -> Recording:
        program = replace(write(source, **parameters), slow_motion=True)
        return finish(runner, runner.start(program))

    return slowly


def steps(recording: Recording, function: str = "") -> list[tuple[Event, Touched]]:
    """Return the steps in the order of time; only those of a function, if one is named."""
    found = sorted(recording.events, key=lambda event: (event.time, event.id))
    return [
        (event, Touched.load(event.text))
        for event in found
        if event.kind is Kind.STEPPED and function in ("", event.object)
    ]


def reads(recording: Recording, name: str) -> list[tuple[str, str | None]]:
    """Return the worker and the value of each read of a variable."""
    return [
        (event.worker, read.value)
        for event, touched in steps(recording)
        for read in touched.reads
        if read.name == name
    ]


def writes(recording: Recording, name: str) -> list[tuple[str | None, str | None]]:
    """Return the values before and after each write of a variable."""
    return [
        (write.before, write.after)
        for _, touched in steps(recording)
        for write in touched.writes
        if write.name == name
    ]


def test_each_line_is_a_step_of_its_thread(slowly: Slowly) -> None:
    recording = slowly(
        """
        from threading import Thread

        def work():
            done = 0
            for _ in range(2):
                done += 1

        if __name__ == "__main__":
            thread = Thread(target=work, name="worker")
            thread.start()
            thread.join()
        """
    )
    worker = [(event.worker, event.line) for event, _ in steps(recording, "work")]
    assert worker == [("worker", line) for line in (4, 5, 6, 5, 6, 5)]
    assert [event.line for event, _ in steps(recording, "<module>")] == [1, 3, 8, 9, 10, 11]
    assert recording.receipt.slow_motion


def test_a_statement_of_several_lines_is_one_step(slowly: Slowly) -> None:
    recording = slowly(
        """
        def main(first=1,
                 second=2):
            return [
                first
                for _ in range(3)
            ]

        main(
            first=3,
        )
        """
    )
    assert [event.line for event, _ in steps(recording)] == [1, 8, 3]


LOST = """
    import threading

    counter = 0
    READ, WRITTEN = threading.Event(), threading.Event()

    def first():
        global counter
        value = counter
        READ.set()
        WRITTEN.wait()
        counter = value + 1

    def second():
        global counter
        READ.wait()
        counter += 1
        WRITTEN.set()

    threads = [threading.Thread(target=each, name=each.__name__) for each in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(counter)
"""


def test_a_lost_update_is_seen(slowly: Slowly) -> None:
    recording = slowly(LOST)
    assert [line.text for line in recording.lines] == ["1"]
    read = reads(recording, "counter")
    assert [found for found in read if found[0] != "MainThread"] == [
        ("first", "0"),
        ("second", "0"),
    ]
    assert writes(recording, "counter") == [(None, "0"), ("0", "1"), ("1", "1")]


def test_a_line_that_reads_and_writes_is_parted_by_another_workers_write(
    runner: EmbeddedRunner, write: Write
) -> None:
    # Only by chance does a thread let another one go on inside of a line: it is tried until it has.
    program = write(
        """
        import sys
        from threading import Barrier, Thread

        sys.setswitchinterval(1e-6)
        counter = 0
        start = Barrier(2)

        def add():
            global counter
            start.wait()
            for _ in range(100):
                counter += 1

        threads = [Thread(target=add) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(counter)
        """
    )
    for _ in range(20):
        recording = finish(runner, runner.start(replace(program, slow_motion=True)))
        check_values(recording)
        if recording.lines[0].text != "200":
            break
    else:
        pytest.skip("no update was lost in 20 runs")
    parted = [touched for _, touched in steps(recording, "add") if len(touched.dump()) > 2]
    assert any(touched.writes and not touched.reads for touched in parted)


def check_values(recording: Recording) -> None:
    """Check that the writes to `counter` follow each other, and write one more than was read."""
    read: dict[str, int] = {}
    now = None
    for event, touched in steps(recording):
        for found in (one for one in touched.reads if one.name == "counter"):
            assert found.value is not None
            read[event.worker] = int(found.value)
            assert found.value == now
        for written in (one for one in touched.writes if one.name == "counter"):
            assert written.before == now
            now = written.after
            if event.object == "add":
                assert now == str(read[event.worker] + 1)


@pytest.fixture
def ended(slowly: Slowly) -> Iterator[Slowly]:
    """The same, and check that the program has finished by itself."""

    def ended(source: str, **parameters: object) -> Recording:
        recording = slowly(source, **parameters)
        assert recording.outcome is Outcome.FINISHED, recording.lines
        return recording

    yield ended


def test_attributes_items_and_cells_are_recorded(ended: Slowly) -> None:
    recording = ended(
        """
        from threading import Thread

        class Account:
            def __init__(self):
                self.balance = 5

            def deposit(self):
                self.balance += 1

        def main():
            count = 0
            account = Account()
            places = [0, 0]
            names = {}

            def work(account, places, names):
                nonlocal count
                count += 1
                account.deposit()
                places[1] = 7
                names["a"] = "b"
                places.append(8)

            thread = Thread(target=work, args=(account, places, names))
            thread.start()
            thread.join()
            return account.balance, count

        main()
        """
    )
    assert writes(recording, "Account.balance") == [(None, "5"), ("5", "6")]
    assert writes(recording, "count") == [(None, "0"), ("0", "1")]
    assert writes(recording, "places[1]") == [("0", "7")]
    assert writes(recording, "names['a']") == [(None, "'b'")]
    assert writes(recording, "places") == [("[0, 7]", "[0, 7, 8]")]
    assert reads(recording, "Account.balance")[-1] == ("MainThread", "6")


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes_have_their_own_variables_and_what_they_share(ended: Slowly, method: str) -> None:
    recording = ended(
        """
        import multiprocessing

        own = 0

        def add(shared):
            global own
            own += 1
            shared.value += 2

        def main(method="fork"):
            context = multiprocessing.get_context(method)
            shared = context.Value("i", 5)
            child = context.Process(target=add, args=(shared,), name="child")
            child.start()
            child.join()
            print(own, shared.value)

        if __name__ == "__main__":
            main()
        """,
        method=method,
    )
    assert [line.text for line in recording.lines] == ["0 7"]
    [first, second, third] = steps(recording, "add")
    assert {event.worker for event, _ in (first, second, third)} == {"child"}
    assert (first[1].reads, first[1].writes) == ((("own", "0"),), (("own", "0", "1"),))
    # A step each: another process may come in between.
    assert (second[1].reads, second[1].writes) == ((("shared.value", "5"),), ())
    assert (third[1].reads, third[1].writes) == ((), (("shared.value", "5", "7"),))
    assert second[1].between == third[1].between == ("shared.value",)
    assert reads(recording, "own")[-1] == ("MainThread", "0")


def test_generators_recursion_and_exceptions_are_followed(ended: Slowly) -> None:
    recording = ended(
        """
        total = 0

        def numbers():
            for number in range(2):
                yield number

        def depth(left):
            if left:
                depth(left - 1)

        def fail():
            raise ValueError

        def main():
            global total
            for number in numbers():
                total += number
            depth(1)
            try:
                fail()
            except ValueError:
                total = [number for number in range(3)]

        main()
        """
    )
    inside = [event.line for event, _ in steps(recording) if event.object != "<module>"]
    assert inside == [16, 4, 5, 17, 16, 4, 5, 17, 16, 4, 18, 8, 9, 8, 19, 20, 12, 21, 22]
    assert writes(recording, "total")[-1] == ("1", "[0, 1, 2]")


def test_no_code_of_the_program_runs_to_show_a_value(ended: Slowly) -> None:
    source = """
        class Kind(type):
            @property
            def __name__(self):
                print("a name")

        class Loud(metaclass=Kind):
            def __init__(self):
                self.value = 0

            def __repr__(self):
                print("a repr")
                return ""

            def __eq__(self, other):
                print("a comparison")

            def __getattribute__(self, name):
                print("an attribute")
                return super().__getattribute__(name)

            def __len__(self):
                print("a length")
                return 1

        class Words(list):
            def __iter__(self):
                print("an iteration")
                return super().__iter__()

        loud = Loud()
        words = Words("ab")

        def change():
            global loud, words
            before = loud
            loud = Loud()
            loud.value = 1
            words = Words("cd")
            words[0] = "e"

        change()
    """
    recording = ended(source)
    assert [line.text for line in recording.lines] == []
    assert writes(recording, "loud") == [(None, "<Loud>"), ("<Loud>", "<Loud>")]
    assert writes(recording, "words") == [(None, "<Words>"), ("<Words>", "<Words>")]


def test_long_values_are_cut(ended: Slowly) -> None:
    recording = ended(
        """
        value = 0

        def change(to):
            global value
            value = to

        for to in ("x" * 1000, 10**5000, list(range(1000)), [[[[1]]]], {"a": {1, 2}}):
            change(to)
        """
    )
    after = [written[1] for written in writes(recording, "value")]
    assert after[1:] == [
        "'" + "x" * 59 + "…",
        "<int of 16610 bits>",
        "[0, 1, 2, 3, … 1000 items]",
        "[[[…]]]",
        "{'a': {1, 2}}",
    ]


def test_lines_beyond_the_limit_are_left_out_and_that_is_said(ended: Slowly) -> None:
    recording = ended(
        """
        from threading import Thread

        def count():
            total = 0
            for _ in range(4000):
                total += 1

        threads = [Thread(target=count) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print("the end")
        """
    )
    assert len(steps(recording)) == MOST_LINES
    [said] = [event for event in recording.events if event.kind is Kind.UNWATCHED]
    assert (said.object, said.text) == ("limit", str(MOST_LINES))
    assert [line.text for line in recording.lines] == ["the end"]
    assert not recording.dropped


def test_the_lines_of_all_processes_count_together(ended: Slowly) -> None:
    recording = ended(
        """
        from multiprocessing import Process

        def count():
            total = 0
            for _ in range(3000):
                total += 1

        children = [Process(target=count) for _ in range(2)]
        for child in children:
            child.start()
        for child in children:
            child.join()
        """
    )
    assert len(steps(recording)) == MOST_LINES
    assert sum(event.kind is Kind.UNWATCHED for event in recording.events) == 1


def test_a_trace_function_of_the_program_ends_it_or_stands_beside_it(ended: Slowly) -> None:
    recording = ended(
        """
        import sys

        def trace(frame, event, argument):
            return None

        sys.settrace(trace)
        print("traced")
        done = 1
        sys.settrace(None)
        """
    )
    said = [event.object for event in recording.events if event.kind is Kind.UNWATCHED]
    if MONITORS:
        assert said == []
        assert 8 in [event.line for event, _ in steps(recording)]
    else:
        assert said == ["trace"]


def test_a_program_that_ends_badly_keeps_its_lines(slowly: Slowly) -> None:
    recording = slowly(
        """
        import os

        value = 0

        def work():
            global value
            value = 1
            print("here", flush=True)
            os.kill(os.getpid(), 9)

        work()
        """
    )
    assert recording.outcome is Outcome.FAILED
    assert writes(recording, "value") == [(None, "0"), ("0", "1")]


def test_a_directed_run_shows_its_lines_in_the_order_of_its_turns(
    runner: EmbeddedRunner, write: Write
) -> None:
    program = write(
        """
        from threading import Thread

        counter = 0

        def add():
            global counter
            counter += 1

        def main():
            threads = [Thread(target=add) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            print(counter)

        main()
        """
    )
    # Both start, the first one reads, and the second one goes on to its end.
    lost = replace(program, directed=Direction("0*2,1*2,2"), slow_motion=True)
    recording = finish(runner, runner.start(lost))
    assert [line.text for line in recording.lines] == ["1"]
    touched = [
        (event.worker, [*found.reads], [*found.writes]) for event, found in steps(recording, "add")
    ]
    assert touched == [
        ("Thread-1 (add)", [("counter", "0")], []),
        ("Thread-2 (add)", [("counter", "0")], [("counter", "0", "1")]),
        ("Thread-1 (add)", [], [("counter", "1", "1")]),
    ]
    again = finish(runner, runner.start(lost))
    told = [(event.worker, event.line, event.text) for event, _ in steps(recording)]
    assert told == [(event.worker, event.line, event.text) for event, _ in steps(again)]
