"""Slow motion of processes, generators, exceptions, hostile objects, many lines, and schedules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.engine.conftest import Write
from tests.engine.running import finish
from tests.engine.stepping import Slowly, reads, steps, writes
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.events import Kind
from webapp.engine.recording import Outcome
from webapp.engine.schedules import Direction
from webapp.engine.touches import MOST_LINES


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
        import sys
        from threading import Thread

        def count():
            total = 0
            for _ in range(6000):
                total += 1
            traced.append(sys.gettrace())

        traced = []
        threads = [Thread(target=count) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(traced)
        """
    )
    assert len(steps(recording)) == MOST_LINES
    [said] = [event for event in recording.events if event.kind is Kind.UNWATCHED]
    assert (said.object, said.text) == ("limit", str(MOST_LINES))
    # A loop that goes on has its full speed again.
    assert [line.text for line in recording.lines] == ["[None, None]"]
    assert not recording.dropped


def test_the_lines_of_all_processes_count_together(ended: Slowly) -> None:
    recording = ended(
        """
        from multiprocessing import Process

        def count():
            total = 0
            for _ in range(3000):
                total += 1

        if __name__ == "__main__":
            children = [Process(target=count) for _ in range(2)]
            for child in children:
                child.start()
            for child in children:
                child.join()
        """
    )
    assert len(steps(recording)) == MOST_LINES
    assert sum(event.kind is Kind.UNWATCHED for event in recording.events) == 1


def test_a_trace_function_of_the_program_ends_it(ended: Slowly) -> None:
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
