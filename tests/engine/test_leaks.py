"""Nothing of a run is left, however it ended."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.counting import SHARED_MEMORY, count
from tests.engine.conftest import Write
from tests.engine.running import finish, is_alive, until_printed, wait_until
from webapp.engine import tree
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.events import Event
from webapp.engine.program import Program
from webapp.engine.recording import Outcome

METHODS = ("fork", "spawn", "forkserver")

SHARES = """
    import multiprocessing, os, signal, time
    from multiprocessing import shared_memory

    def work(lock: object, ignore: bool) -> None:
        own = multiprocessing.get_context("spawn").Lock()
        print("name", "sem." + own._semlock.name[1:])
        print("name", shared_memory.SharedMemory(create=True, size=10).name)
        if ignore: signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("ready")
        time.sleep(60)

    def main(method: str = "fork", ignore: bool = False, die: bool = False) -> None:
        if ignore: signal.signal(signal.SIGTERM, signal.SIG_IGN)
        context = multiprocessing.get_context(method)
        lock = multiprocessing.get_context("spawn").Lock()  # one of fork's own has no name
        memory = shared_memory.SharedMemory(create=True, size=10)
        print("name", "sem." + lock._semlock.name[1:])
        print("name", memory.name)
        child = context.Process(target=work, args=(lock, ignore))
        child.start()
        if die:
            os.killpg(0, signal.SIGKILL)
        child.join()


    if __name__ == "__main__":
        main()
"""

MakeRunner = Callable[..., EmbeddedRunner]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("ignore", [False, True], ids=["it listens", "it will not listen"])
def test_a_cancelled_run_leaves_nothing_in_shared_memory(
    make_runner: MakeRunner, write: Write, method: str, ignore: bool
) -> None:
    runner = make_runner(grace=0.3)
    run = runner.start(write(SHARES, method=method, ignore=ignore))
    names = _names(until_printed(runner, run, "ready"))
    assert len(names) == 4
    runner.cancel(run)
    assert finish(runner, run).outcome is Outcome.CANCELLED
    assert not _left(names)


@pytest.mark.parametrize("method", METHODS)
def test_a_run_that_kills_itself_with_its_tracker_leaves_nothing_in_shared_memory(
    runner: EmbeddedRunner, write: Write, method: str
) -> None:
    recording = finish(runner, runner.start(write(SHARES, method=method, die=True)))
    assert recording.detail == "SIGKILL"
    names = _names(recording.events)
    assert len(names) >= 2
    assert not _left(names)


@pytest.mark.parametrize("victim", ["supervisor", "launcher"])
def test_a_lost_run_leaves_nothing_in_shared_memory(
    make_runner: MakeRunner, write: Write, victim: str
) -> None:
    runner = make_runner(grace=0.3)
    run = runner.start(write(SHARES, method="spawn", ignore=True))
    seen = until_printed(runner, run, "ready")
    launcher = runner.launcher_pid
    [supervisor] = [pid for pid in tree.children(launcher) if seen[0].pid in tree.children(pid)]
    os.kill(supervisor if victim == "supervisor" else launcher, signal.SIGKILL)
    assert finish(runner, run).outcome is Outcome.LOST
    wait_until(lambda: not _left(_names(seen)))
    wait_until(lambda: not any(is_alive(event.pid) for event in seen))


@pytest.mark.thorough
def test_many_runs_leave_nothing(make_runner: MakeRunner, write: Write) -> None:
    runner = make_runner(grace=0.3, capacity=8)
    plain = write("import threading\nt = threading.Thread(target=print)\nt.start()\nt.join()")
    shares = [write(SHARES, method=method, ignore=True) for method in METHODS]
    dies = write(SHARES, method="spawn", die=True)
    programs = [*[plain] * 24, *shares, dies] * 3
    finish(runner, runner.start(plain))
    # One slot is left, ready: the next run's supervisor and main process. Two supervisors without a
    # main process are two processes as well.
    wait_until(lambda: (count(runner).folders_of_runs, count(runner).processes) == (1, 2))
    before = count(runner)
    with ThreadPoolExecutor(8) as pool:
        names = [*pool.map(lambda program: _run(runner, program), programs)]
    # On a busy machine a run may be ended before it has made everything.
    assert sum(map(len, names)) > 30
    assert not any(map(_left, names))
    wait_until(lambda: count(runner) == before)
    wait_until(lambda: count(runner) == before)


def _run(runner: EmbeddedRunner, program: Program) -> list[str]:
    """Run a program, cancel it when it is ready, and return the names of what it shared."""
    run = runner.start(program)
    for batch in runner.follow(run):
        if any("ready" in event.text for event in batch):
            runner.cancel(run)
    return _names(finish(runner, run).events)


def _names(events: Iterable[Event]) -> list[str]:
    return [event.text.split()[1] for event in events if event.text.startswith("name ")]


def _left(names: list[str]) -> list[str]:
    return [name for name in names if (SHARED_MEMORY / name).exists()]
