"""Limits of a run: beyond one it fails, its record stays, and other runs go on."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.conftest import Write
from tests.engine.running import finish, is_alive, texts, until_printed, wait_until
from webapp.engine import tree
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.events import Kind
from webapp.engine.gil import has_gil
from webapp.engine.limits import MB, RESERVED, RESERVED_BY_THREAD, UNLIMITED, Limits
from webapp.engine.program import Program
from webapp.engine.recording import Outcome, Recording
from webapp.engine.reports import Reports
from webapp.engine.runner import Phase

DEMOS = Path(__file__).parent / "demos"
QUICK = Limits(soft_deadline=40, grace=0.5, unfollowed=None, cpu=20, processes=100)

BESIDE = """
import multiprocessing, os, threading, time
def work(number):
    print("worker", number)
def work_together():
    workers = [threading.Thread(target=work, args=(n,)) for n in range(3)]
    workers.append(multiprocessing.Process(target=work, args=(3,)))
    for worker in workers: worker.start()
    for worker in workers: worker.join()
def main(over: str = ""):
    work_together()
    print("ready")
    while not os.path.exists(over):
        time.sleep(0.01)
    work_together()
if __name__ == "__main__":
    main()
"""


@pytest.fixture(scope="module")
def limited() -> Iterator[EmbeddedRunner]:
    """A runner with low limits."""
    runner = EmbeddedRunner(QUICK)
    yield runner
    runner.close()


@pytest.fixture(scope="module")
def short_of_time() -> Iterator[EmbeddedRunner]:
    """A runner whose runs may use one second of processor time."""
    runner = EmbeddedRunner(replace(QUICK, cpu=1))
    yield runner
    runner.close()


def run_demo(runner: EmbeddedRunner, name: str) -> Recording:
    """Run a demo of DEMOS to its end."""
    return finish(runner, runner.start(Program(DEMOS / f"{name}.py")))


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("demo", "detail"),
    [
        ("prints", "more than 5 MB printed"),
        ("prints_one_line", "more than 5 MB printed"),
        ("writes_past_print", "more than 5 MB printed"),
        ("floods_the_record", "more than 5 MB printed"),
        ("forks", "more than 100 processes and threads"),
    ],
)
def test_a_run_beyond_a_limit_fails_and_says_which(
    limited: EmbeddedRunner, write: Write, tmp_path: Path, demo: str, detail: str
) -> None:
    _hold_to_a_limit(limited, write, tmp_path / "over", demo, detail)


@pytest.mark.thorough
@pytest.mark.parametrize("demo", ["burns", "burns_on"])
def test_a_run_that_computes_too_long_fails_and_says_so(
    short_of_time: EmbeddedRunner, write: Write, tmp_path: Path, demo: str
) -> None:
    detail = "more than 1 s of processor time"
    _hold_to_a_limit(short_of_time, write, tmp_path / "over", demo, detail)


def _hold_to_a_limit(
    limited: EmbeddedRunner, write: Write, over: Path, demo: str, detail: str
) -> None:
    """Run a demo that exceeds a limit; another run, until the file `over` exists, is unharmed."""
    memory = _resident()
    beside = limited.start(write(BESIDE, over=str(over)))
    until_printed(limited, beside, "ready")
    recording = run_demo(limited, demo)
    assert (recording.outcome, recording.detail) == (Outcome.FAILED, detail)
    assert texts(recording)[0] == "it begins"
    assert sum(len(event.text) for event in recording.events) <= 5 * MB
    over.touch()
    unharmed = finish(limited, beside)
    assert unharmed.outcome is Outcome.FINISHED
    workers = [f"worker {n}" for n in range(4)]
    assert sorted(texts(unharmed)) == sorted(["ready", *workers, *workers])
    wait_until(lambda: _only_a_slot_is_left(limited))
    assert _resident() - memory < 50 * MB


@pytest.mark.parametrize(
    ("demo", "said"),
    [
        ("allocates", ["MemoryError"]),
        ("opens_files", ["Too many open files", "opened some True"]),
        ("writes_a_file", ["File too large"]),
        pytest.param(
            "starts_threads",
            ["can't start new thread", "started some True"],
            marks=pytest.mark.skipif(
                not has_gil(), reason="start() may wait for ever for a thread that has no memory"
            ),
        ),
    ],
)
def test_a_limit_of_the_kernel_is_an_ordinary_error_in_the_program(
    make_runner: Callable[..., EmbeddedRunner], demo: str, said: list[str]
) -> None:
    runner = make_runner(processes=None, memory=500 * MB)
    recording = run_demo(runner, demo)
    assert texts(recording) == ["it begins", *said]
    assert recording.outcome is Outcome.FINISHED


def test_threads_count_like_processes(limited: EmbeddedRunner, write: Write) -> None:
    program = write("""
        import threading, time
        print("it begins")
        for _ in range(150): threading.Thread(target=time.sleep, args=(30,)).start()
    """)
    recording = finish(limited, limited.start(program))
    assert recording.detail == "more than 100 processes and threads"
    assert texts(recording) == ["it begins"]


def test_children_of_every_start_method_have_the_limits(
    limited: EmbeddedRunner, write: Write
) -> None:
    program = write("""
        import multiprocessing, resource, subprocess, sys
        NAMES = ("CPU", "AS", "NOFILE", "FSIZE", "CORE")
        ASK = "import resource; print([resource.getrlimit(n)[0] for n in NUMBERS])"
        def show(method):
            print(method, [resource.getrlimit(getattr(resource, f"RLIMIT_{n}"))[0] for n in NAMES])
        if __name__ == "__main__":
            show("itself")
            for method in ("fork", "spawn", "forkserver"):
                child = multiprocessing.get_context(method).Process(target=show, args=(method,))
                child.start()
                child.join()
            numbers = str([getattr(resource, f"RLIMIT_{n}") for n in NAMES])
            subprocess.run([sys.executable, "-c", ASK.replace("NUMBERS", numbers)])
    """)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]  # may be low already
    files = 1024 if hard == resource.RLIM_INFINITY else min(1024, hard)
    memory = 2000 * MB + RESERVED + 100 * RESERVED_BY_THREAD
    limits = [20, memory, files, 50 * MB, 0]
    methods = ("itself", "fork", "spawn", "forkserver")
    assert texts(finish(limited, limited.start(program))) == [
        *(f"{method} {limits}" for method in methods),
        str(limits),
    ]


def test_the_command_sets_no_limits(write: Write) -> None:
    program = write("""
        import resource
        names = ("CPU", "AS", "NOFILE", "FSIZE", "CORE")
        print([resource.getrlimit(getattr(resource, f"RLIMIT_{name}")) for name in names])
    """)
    runner = EmbeddedRunner(UNLIMITED)
    try:
        [printed] = texts(finish(runner, runner.start(program)))
    finally:
        runner.close()
    source = program.path.read_text(encoding="utf-8").replace("print(", "found = (")
    ours: dict[str, object] = {}
    exec(source, ours)
    assert printed == str(ours["found"])


def test_the_output_of_finished_runs_limits_how_many_are_kept(
    make_runner: Callable[..., EmbeddedRunner], write: Write
) -> None:
    runner = make_runner(kept=20_000)
    runs = [runner.start(write("print('x' * 4_000_000)"))]
    while len(runs) < 4:
        finish(runner, runs[-1])
        runs.append(runner.start(write("print('x' * 4_000_000)")))
    finish(runner, runs[-1])
    assert runner._runs.ids == runs[-1:]
    assert runner.state(runs[-1]).phase is Phase.OVER


STEPS = """
import multiprocessing, os, signal, threading
def take(end):
    lock = threading.Lock()
    for _ in range(5000):
        with lock:
            pass
    print(end, flush=True)
    if end == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
if __name__ == "__main__":
    take("main")
    ends = {"fork": "killed", "spawn": "left", "forkserver": "left"}
    for method, end in ends.items():
        child = multiprocessing.get_context(method).Process(target=take, args=(end,))
        child.start()
        child.join()
    take("main")
"""


def test_events_beyond_the_limit_are_not_reported_but_counted(
    make_runner: Callable[..., EmbeddedRunner], write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    unsent: list[int] = []
    take = Reports.take_unsent

    def noted(reports: Reports) -> int:
        unsent.append(take(reports))
        return unsent[-1]

    monkeypatch.setattr(Reports, "take_unsent", noted)
    whole = _record(make_runner(), write(STEPS))
    assert not any(unsent)
    few = _record(make_runner(events=2000), write(STEPS))
    assert sum(unsent) > few.dropped / 2
    assert len(whole.events) > 50_000
    assert len(few.events) + few.dropped == len(whole.events)
    assert [line.text for line in few.lines] == [line.text for line in whole.lines]
    assert _workers(few, Kind.STARTED) == _workers(whole, Kind.STARTED)
    assert _workers(few, Kind.ENDED) == _workers(whole, Kind.ENDED)


def test_the_next_run_of_a_slot_reports_again(
    make_runner: Callable[..., EmbeddedRunner], write: Write
) -> None:
    runner = make_runner(events=1000)
    assert _record(runner, write(STEPS)).dropped
    again = _record(runner, write("import threading\nwith threading.Lock(): print('in')"))
    assert not again.dropped
    assert again.of(Kind.RELEASED)


def _record(runner: EmbeddedRunner, program: Program) -> Recording:
    return finish(runner, runner.start(program))


def _workers(recording: Recording, kind: Kind) -> list[str]:
    return [event.worker for event in recording.of(kind)]


def _only_a_slot_is_left(runner: EmbeddedRunner) -> bool:
    """Return whether the launcher has only a waiting supervisor and its main process."""
    below = [pid for pid in tree.descendants(runner.launcher_pid) if is_alive(pid)]
    return len(below) == 2


def _resident() -> int:
    """Return the resident memory of this process in bytes."""
    fields = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")
