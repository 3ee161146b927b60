"""Tests of what every runner promises.

A module that has the fixtures `runner`, `run`, `make_runner` and `write` imports them all.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue

import pytest

from tests.engine.conftest import Run, Write
from tests.engine.running import (
    finish,
    is_alive,
    kinds,
    pids_printed,
    texts,
    until_printed,
    wait_until,
)
from webapp.engine.events import Kind
from webapp.engine.gil import has_gil
from webapp.engine.recording import Outcome
from webapp.engine.runner import Busy, Phase, Runner, UnknownRun

MakeRunner = Callable[..., Runner]

FOREVER = """
    import os, threading, time
    print("pid", os.getpid())
    print("ready")
    while True:
        time.sleep(60)
"""


def test_a_receipt_proves_that_a_run_was_real(run: Run) -> None:
    recording = run("import os\nprint('pid', os.getpid(), os.getppid())")
    receipt = recording.receipt
    assert pids_printed(recording) == [receipt.pid]
    assert receipt.pid != os.getpid()
    assert receipt.python.startswith("3.")
    assert receipt.free_threaded is not has_gil()
    assert len(receipt.source_sha256) == 64
    assert receipt.cores >= 1
    assert recording.outcome is Outcome.FINISHED
    assert recording.wall > 0
    assert recording.cpu > 0


def test_main_gets_the_parameters_and_the_file_is_unchanged(runner: Runner, write: Write) -> None:
    program = write(
        """
        def main(times: int = 1, word: str = "a") -> None:
            print(word * times)


        if __name__ == "__main__":
            main()
        """,
        times=3,
        word="b'\"",
    )
    before = program.path.read_bytes()
    recording = finish(runner, runner.start(program))
    assert texts(recording) == ["b'\"" * 3]
    assert program.path.read_bytes() == before


def test_a_program_that_cannot_start_fails_with_its_traceback(run: Run) -> None:
    recording = run("import no_such_module")
    assert recording.outcome is Outcome.FAILED
    assert recording.detail == "exit code 1"
    assert texts(recording)[-1] == "ModuleNotFoundError: No module named 'no_such_module'"


def test_a_program_without_its_file_fails(runner: Runner, write: Write) -> None:
    program = write("print('never')")
    program.path.unlink()
    assert finish(runner, runner.start(program)).outcome in (Outcome.FAILED, Outcome.LOST)


def test_arguments_that_are_too_long_for_a_message_are_refused(
    runner: Runner, write: Write
) -> None:
    recording = finish(runner, runner.start(write("print('never')", word="x" * 100_000)))
    assert recording.outcome is Outcome.FAILED
    assert recording.detail == "its parameters and arguments are too long"
    assert recording.events == ()


def test_a_run_whose_main_process_is_killed_fails_and_names_the_signal(run: Run) -> None:
    recording = run("import os, signal\nprint('last words')\nos.kill(os.getpid(), signal.SIGKILL)")
    assert (recording.outcome, recording.detail) == (Outcome.FAILED, "SIGKILL")
    assert texts(recording) == ["last words"]


def test_cancel_ends_the_whole_tree_and_keeps_the_record(runner: Runner, write: Write) -> None:
    run = runner.start(
        write("""
        import multiprocessing, os, time
        def work():
            print("pid", os.getpid())
            time.sleep(60)
        children = [multiprocessing.get_context("fork").Process(target=work) for _ in range(3)]
        for child in children: child.start()
        for child in children: child.join()
        """)
    )
    seen = 0
    for batch in runner.follow(run):
        seen += len(kinds(batch, Kind.PRINTED))
        if seen == 3:
            runner.cancel(run)
    recording = runner.recording(run)
    assert recording is not None
    assert recording.outcome is Outcome.CANCELLED
    pids = pids_printed(recording)
    assert len(pids) == 3
    assert not any(is_alive(pid) for pid in pids)


def test_the_soft_deadline_terminates_a_run(make_runner: MakeRunner, write: Write) -> None:
    runner, began = make_runner(soft_deadline=3, grace=30), time.monotonic()
    recording = finish(runner, runner.start(write(FOREVER)))
    assert time.monotonic() - began >= 3
    assert recording.outcome is Outcome.TIMED_OUT
    assert texts(recording)[-1] == "ready"
    assert recording.exit_code == -signal.SIGTERM  # not killed at the end of the grace


def test_the_hard_deadline_kills_a_run_that_ignores_sigterm(
    make_runner: MakeRunner, write: Write
) -> None:
    runner = make_runner(soft_deadline=3, grace=3)
    program = write("""
        import os, signal, time
        signal.signal(signal.SIGTERM, lambda *_: print("no"))
        if os.fork() == 0:
            os.setsid()
        print("pid", os.getpid())
        while True:
            time.sleep(60)
    """)
    recording = finish(runner, runner.start(program))
    assert recording.outcome is Outcome.TIMED_OUT
    assert recording.exit_code == -signal.SIGKILL
    assert "no" in texts(recording)  # SIGTERM came first
    assert not any(is_alive(pid) for pid in pids_printed(recording))


def test_a_thread_that_is_not_joined_is_waited_for_as_python_does(run: Run) -> None:
    recording = run("""
        import threading
        def late():
            threading.main_thread().join(); print("late")
        threading.Thread(target=late).start()
        print("main is over")
    """)
    assert texts(recording) == ["main is over", "late"]
    assert recording.outcome is Outcome.FINISHED


def test_an_orphan_in_its_own_session_is_found_and_ended(run: Run) -> None:
    recording = run("""
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                print("pid", os.getpid(), flush=True)
                os.close(1); os.close(2)
                time.sleep(600)
            os._exit(0)
        os.wait()
        while True:
            time.sleep(0.05)
            break
    """)
    assert recording.outcome is Outcome.FINISHED
    assert recording.swept == 1
    [pid] = pids_printed(recording)
    assert not is_alive(pid)


def test_transcripts_of_twenty_concurrent_runs_do_not_mix(runner: Runner, write: Write) -> None:
    source = """
        import threading, time
        def work(run, number):
            for step in range(20):
                print(f"run {run} thread {number} step {step}")
                time.sleep(0.001)
        def main(run: int = 0) -> None:
            threads = [threading.Thread(target=work, args=(run, n)) for n in range(5)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()


        if __name__ == "__main__":
            main()
    """
    programs = [write(source, run=number) for number in range(20)]
    with ThreadPoolExecutor(20) as pool:
        recordings = list(pool.map(lambda program: finish(runner, runner.start(program)), programs))
    for number, recording in enumerate(recordings):
        expected = [
            f"run {number} thread {thread} step {step}" for thread in range(5) for step in range(20)
        ]
        assert sorted(texts(recording)) == sorted(expected)
    assert len({recording.receipt.pid for recording in recordings}) == 20


def test_a_run_may_have_several_followers_that_begin_anywhere(runner: Runner, write: Write) -> None:
    run = runner.start(write("for number in range(10): print(number)"))
    first = [event for batch in runner.follow(run) for event in batch]
    second = [event for batch in runner.follow(run, after=5) for event in batch]
    assert [event.id for event in first] == list(range(1, len(first) + 1))
    assert second == first[5:]


def test_lines_arrive_during_the_run(runner: Runner, write: Write) -> None:
    run = runner.start(write(FOREVER))
    until_printed(runner, run, "ready")
    assert runner.state(run).phase is Phase.RUNNING
    runner.cancel(run)
    assert finish(runner, run).outcome is Outcome.CANCELLED


def test_a_run_that_has_lost_its_followers_is_ended(make_runner: MakeRunner, write: Write) -> None:
    runner = make_runner(unfollowed=3)
    run = runner.start(write(FOREVER))
    until_printed(runner, run, "ready")
    wait_until(lambda: runner.state(run).phase is Phase.OVER)
    recording = runner.recording(run)
    assert recording is not None
    assert recording.outcome is Outcome.CANCELLED
    assert recording.detail == "nobody followed it any more"


def test_a_run_with_a_new_follower_in_time_goes_on(make_runner: MakeRunner, write: Write) -> None:
    runner = make_runner(unfollowed=3)
    run = runner.start(write("import time\nprint('ready')\ntime.sleep(4)\nprint('end')"))
    seen = until_printed(runner, run, "ready")
    rest = [event for batch in runner.follow(run, seen[-1].id) for event in batch]
    recording = runner.recording(run)
    assert recording is not None
    assert recording.outcome is Outcome.FINISHED
    assert [*seen, *rest] == list(recording.events)


def test_beyond_capacity_runs_wait_in_line_and_beyond_that_the_runner_is_busy(
    make_runner: MakeRunner, write: Write
) -> None:
    runner = make_runner(capacity=1, in_line=2)
    first = runner.start(write(FOREVER))
    until_printed(runner, first, "ready")
    keep = runner.follow(first)
    next(keep)
    second, third = runner.start(write("print(2)")), runner.start(write("print(3)"))
    assert [runner.state(run).place for run in (first, second, third)] == [0, 1, 2]
    assert runner.state(second).phase is Phase.QUEUED
    with pytest.raises(Busy):
        runner.start(write("print(4)"))
    runner.cancel(third)
    assert finish(runner, third).outcome is Outcome.CANCELLED
    runner.cancel(first)
    assert texts(finish(runner, second)) == ["2"]
    keep.close()


def test_a_follower_that_never_waits_is_told_of_news_and_of_the_end(
    runner: Runner, write: Write
) -> None:
    run = runner.start(write(FOREVER))
    told: SimpleQueue[bool] = SimpleQueue()
    printed = ""
    with closing(runner.follow(run, changed=told.put)) as batches:
        while "ready" not in printed:
            printed += "".join(event.text for event in next(batches))
            if "ready" not in printed:
                told.get(timeout=20)
        while next(batches):
            pass
        runner.cancel(run)
        while not told.get(timeout=20):
            pass
        assert list(batches) == [] or runner.state(run).phase is Phase.OVER
    assert runner.recording(run)


def test_the_first_line_is_urgent_news(runner: Runner, write: Write, tmp_path: Path) -> None:
    followed = tmp_path / "followed"
    program = f"""
        import time
        from pathlib import Path
        while not Path({str(followed)!r}).exists():
            time.sleep(0.01)
        print("first")
        while True:
            time.sleep(1)
        """
    run = runner.start(write(program))
    told: SimpleQueue[bool] = SimpleQueue()
    with closing(runner.follow(run, changed=told.put)) as batches:
        events = [*next(batches)]
        followed.touch()
        while not told.get(timeout=20):
            pass
        events += next(batches)
        assert "first" in "".join(event.text for event in events)
        assert runner.state(run).phase is Phase.RUNNING
        runner.cancel(run)


def test_an_unknown_run_is_an_error(runner: Runner) -> None:
    for ask in (
        runner.state,
        runner.cancel,
        runner.recording,
        lambda run: next(runner.follow(run)),
    ):
        with pytest.raises(UnknownRun):
            ask("nobody")


def test_a_burst_of_events_arrives_complete_and_in_order(run: Run) -> None:
    recording = run("""
        import threading
        lock = threading.Lock()
        for _ in range(30_000):
            with lock: pass
    """)
    assert not recording.dropped
    steps = kinds(recording.events, Kind.GOT, Kind.RELEASED)
    assert [event.kind for event in steps] == [Kind.GOT, Kind.RELEASED] * 30_000
    assert [event.id for event in recording.events] == [*range(1, len(recording.events) + 1)]
    times = [event.time for event in steps]
    assert times == sorted(times)


def test_files_that_a_run_makes_are_removed_with_it(run: Run) -> None:
    recording = run("""
        import os, tempfile
        open("here", "w").close()
        handle, path = tempfile.mkstemp()
        print(os.path.abspath("here"))
        print(path)
    """)
    assert [Path(text).exists() for text in texts(recording)] == [False, False]


def test_events_beyond_the_limit_are_only_counted(make_runner: MakeRunner, write: Write) -> None:
    runner = make_runner(events=50)
    recording = finish(runner, runner.start(write("for number in range(200): print(number)")))
    assert len(recording.events) == 75
    assert recording.dropped == 200 + 2 - 75  # the start and the end are events, too
    assert recording.cut
    assert recording.outcome is Outcome.FINISHED


def test_a_run_with_too_many_events_keeps_its_lines(make_runner: MakeRunner, write: Write) -> None:
    runner = make_runner(events=50)
    program = write("""
        import threading
        lock = threading.Lock()
        for _ in range(200):
            with lock: pass
        print("the end")
    """)
    recording = finish(runner, runner.start(program))
    assert texts(recording) == ["the end"]
    assert recording.dropped == 400 - 49  # all but those after its start
    assert not recording.cut
