"""Tasks of asyncio are recorded as workers, and behave as without the recorder."""

# ruff: noqa: E501  (the programs have long lines)

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.engine.conftest import Run, Write
from tests.engine.programs_of_tasks import PROGRAMS
from tests.engine.running import finish, kinds, texts
from tests.engine.test_primitives import steps
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.events import How, Kind, thread_of
from webapp.engine.recording import Outcome, Recording


@pytest.mark.parametrize("name", PROGRAMS)
def test_tasks_behave_as_without_the_recorder(
    runner: EmbeddedRunner, write: Write, name: str
) -> None:
    program = write(PROGRAMS[name])
    plain = subprocess.run(
        [sys.executable, program.path], capture_output=True, text=True, check=False, timeout=50
    )
    recording = finish(runner, runner.start(program))
    for stream, printed in (("stdout", plain.stdout), ("stderr", plain.stderr)):
        lines = [line.text for line in recording.lines if line.stream == stream]
        assert lines == printed.splitlines()
    assert recording.exit_code == plain.returncode


LIVES = """
    import asyncio
    async def fetch():
        await asyncio.sleep(0.01)
    async def fail():
        raise LookupError("gone")
    async def main():
        fetching, failing = asyncio.create_task(fetch()), asyncio.create_task(fail())
        endless = asyncio.create_task(asyncio.Event().wait(), name="endless")
        await asyncio.wait([fetching, failing])
        failing.exception()
        endless.cancel()
    asyncio.run(main())
"""


def test_a_task_is_created_runs_waits_and_ends(run: Run) -> None:
    recording = run(LIVES)
    assert told(recording, "Task-2 (fetch)") == [
        "started task", "resumed", "slept asyncio.sleep 0.01", "woke", "ended",
    ]  # fmt: skip
    assert told(recording, "Task-3 (fail)") == [
        "started task", "resumed", "raised LookupError gone", "ended",
    ]  # fmt: skip
    assert told(recording, "endless") == [
        "started task", "resumed", "waits Event#1 signal", "gave up Event#1", "cancelled", "ended",
    ]  # fmt: skip
    assert [event.worker for event in kinds(recording.events, Kind.CANCELS)] == ["Task-1 (main)"]


def test_a_task_is_a_worker_of_its_thread(run: Run) -> None:
    recording = run(LIVES)
    main = recording.receipt.pid
    assert len(recording.tasks) == 4
    assert {thread_of(task.key) for task in recording.tasks} == {(main, main)}
    assert not recording.workers
    assert {event.tid for event in recording.events if event.task} == {main}


def told(recording: Recording, worker: str) -> list[str]:
    """Return what a worker did, except for the place in the program."""
    return [
        " ".join(filter(None, (event.kind, event.object, "" if "." in event.text and event.kind is Kind.STARTED else event.text)))
        for event in recording.events
        if event.worker == worker
    ]  # fmt: skip


def test_a_wait_names_what_a_task_awaits(run: Run) -> None:
    recording = run("""
        import asyncio, threading
        async def work(): await asyncio.sleep(0.01)
        waiting = threading.Event()
        def add(): waiting.wait()
        async def main():
            loop = asyncio.get_running_loop()
            async with asyncio.TaskGroup() as group:
                first = group.create_task(work())
                second = group.create_task(work())
            await asyncio.gather(work(), work())
            await asyncio.create_task(work())
            loop.call_soon(waiting.set)
            await asyncio.to_thread(add)
            await asyncio.sleep(0)
            answer = loop.create_future()
            loop.call_later(0.01, answer.set_result, 1)
            await answer
            ready = asyncio.Event()
            try:
                async with asyncio.timeout(0.01):
                    await ready.wait()
            except TimeoutError:
                pass
            await asyncio.open_connection("127.0.0.1", 1)
        asyncio.run(main())
    """)
    waits = [e for e in recording.events if e.kind is Kind.WAITS and e.worker == "Task-1 (main)"]
    assert [(wait.object, wait.how, wait.line) for wait in waits[:7]] == [
        ("group", How.JOIN, 7),
        ("gather", How.JOIN, 10),
        ("Task-6 (work)", How.JOIN, 11),
        ("add", How.RESULT, 13),
        ("", How.TURN, 14),
        ("answer", How.AWAIT, 17),
        ("ready", How.SIGNAL, 21),
    ]
    assert [list(numbers) for numbers in waits[0].group] == [[2, 3]]
    assert 0 < (waits[6].timeout or 0) <= 0.01
    assert {wait.object for wait in waits[7:]} <= {"open_connection"}


def test_the_number_of_arrivals_at_a_barrier_is_reported(run: Run) -> None:
    recording = run("""
        import asyncio
        async def work(barrier): await barrier.wait()
        async def main():
            barrier = asyncio.Barrier(3)
            await asyncio.gather(*(work(barrier) for _ in range(3)))
        asyncio.run(main())
    """)
    assert [step[1:] for step in steps(recording, "barrier")] == [
        ("arrived", "1 of 3"), ("waits", "barrier"), ("arrived", "2 of 3"), ("waits", "barrier"),
        ("arrived", "3 of 3"), ("passed", "2"), ("passed", "0"), ("passed", "1"),
    ]  # fmt: skip


def test_a_task_that_blocks_its_thread_is_a_wait_of_both(run: Run) -> None:
    recording = run("""
        import asyncio, threading, time
        async def main():
            time.sleep(0.01)
            lock = threading.Lock()
            with lock:
                lock.acquire(timeout=0.01)
        asyncio.run(main())
    """)
    kinds_ = (Kind.SLEPT, Kind.WOKE, Kind.WAITS, Kind.RESUMED, Kind.GAVE_UP)
    steps_ = [(event.worker, event.kind) for event in kinds(recording.events, *kinds_)]
    main, task = "MainThread", "Task-1 (main)"
    assert steps_[1:9] == [
        (task, Kind.SLEPT), (main, Kind.SLEPT), (task, Kind.WOKE), (main, Kind.WOKE),
        (task, Kind.WAITS), (main, Kind.WAITS), (main, Kind.RESUMED), (task, Kind.GAVE_UP),
    ]  # fmt: skip


DEADLOCKS = {
    "Task-1 (main) → blocking → Task-1 (main)": """
        import threading
        async def main():
            blocking = threading.Lock()
            with blocking:
                with blocking:
                    print("never")
        """,
    "Task-1 (main) → lock → Task-1 (main)": """
        async def main():
            lock = asyncio.Lock()
            async with lock:
                async with lock:
                    print("never")
        """,
    "Task-2 (work) → right → Task-3 (work) → left → Task-2 (work)": """
        async def work(first, second, both):
            async with first:
                await both.wait()
                async with second:
                    print("never")
        async def main():
            left, right, both = asyncio.Lock(), asyncio.Lock(), asyncio.Barrier(2)
            async with asyncio.TaskGroup() as group:
                group.create_task(work(left, right, both))
                group.create_task(work(right, left, both))
        """,
    "Task-1 (main) → gather → Task-2 (child) → lock → Task-1 (main)": """
        async def child(lock):
            async with lock:
                print("never")
        async def main():
            lock = asyncio.Lock()
            async with lock:
                await asyncio.gather(child(lock), child(lock))
        """,
    "Task-2 (wait_for) → Task-3 (wait_for) → Task-2 (wait_for)": """
        tasks = []
        async def wait_for(number):
            await tasks[number]
        async def main():
            tasks.extend(asyncio.create_task(wait_for(1 - number)) for number in range(2))
            await asyncio.wait(tasks)
        """,
}


@pytest.mark.parametrize("ring", DEADLOCKS)
def test_tasks_that_wait_for_each_other_are_a_deadlock(run: Run, ring: str) -> None:
    recording = run(main_of(DEADLOCKS[ring]))
    assert (recording.outcome, recording.detail) == (Outcome.DEADLOCKED, ring)


def main_of(body: str) -> str:
    """Return a program that runs the `main` of some lines."""
    return f"import asyncio\n{body.replace(chr(10) + '        ', chr(10))}\nasyncio.run(main())\n"


HEALTHY = {
    "call_later": "asyncio.get_running_loop().call_later(2, event.set)",
    "another thread": "threading.Timer(2, loop.call_soon_threadsafe, (event.set,)).start()",
    "a signal": "loop.add_signal_handler(signal.SIGALRM, event.set); signal.alarm(2)",
    "a socket": "ours, theirs = socket.socketpair(); loop.add_reader(ours, event.set); "
    "os.fork() or (time.sleep(2), theirs.send(b'x'), os._exit(0))",
    "a time-out of another task": "waker = asyncio.create_task(wake(event))",
}


@pytest.mark.thorough
@pytest.mark.parametrize("waker", HEALTHY)
def test_a_loop_that_can_still_be_woken_is_no_deadlock(run: Run, waker: str) -> None:
    recording = run(f"""
        import asyncio, os, signal, socket, threading, time
        async def wake(event):
            try:
                async with asyncio.timeout(2):
                    await asyncio.Event().wait()
            except TimeoutError:
                event.set()
        async def wait(event): await event.wait()
        async def main():
            event, loop = asyncio.Event(), asyncio.get_running_loop()
            {HEALTHY[waker]}
            await asyncio.gather(wait(event), wait(event))
            print("woken")
        asyncio.run(main())
    """)
    assert (recording.outcome, texts(recording)) == (Outcome.FINISHED, ["woken"])


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks came with Python 3.12")
def test_eager_tasks_are_recorded(run: Run) -> None:
    recording = run("""
        import asyncio
        async def work(): print("at once")
        async def main():
            asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
            await asyncio.create_task(work())
        asyncio.run(main())
    """)
    assert told(recording, "Task-2 (work)") == [
        "started task", "resumed", "printed stdout at once\n", "ended",
    ]  # fmt: skip


def test_asyncio_is_observed_in_a_child_that_imports_it_later(run: Run) -> None:
    recording = run("""
        import multiprocessing
        def work():
            import asyncio
            async def main(): print("in a task")
            asyncio.run(main())
        if __name__ == "__main__":
            child = multiprocessing.get_context("spawn").Process(target=work)
            child.start(); child.join()
    """)
    printed = kinds(recording.events, Kind.PRINTED)
    assert [(event.worker, event.text) for event in printed] == [
        ("SpawnProcess-1/Task-1 (main)", "in a task\n")
    ]


def test_without_the_observer_there_are_no_tasks(run: Run) -> None:
    recording = run(LIVES, observe=False)
    assert not recording.tasks
