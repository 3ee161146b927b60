"""`with movazi.record(…):` records a part of a program, from inside of its process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.record.commanding import ROOT, read, record
from tests.record.conftest import Write

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
PROGRAM = """
    import threading
    from threading import Lock, Thread
    import webapp

    def work(number):
        with lock:
            print("work", number)

    def all_work(numbers):
        threads = [Thread(target=work, args=(number,)) for number in numbers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    lock = Lock()
    all_work([1])
    for numbers in ([2, 3], [4]):
        with webapp.record(f"{numbers[0]}.json", quiet=True):
            lock = Lock()
            all_work(numbers)
    all_work([5])
    assert lock.acquire(timeout=1)
"""
# All that the standard library's modules and their classes hold.
RESTORED = """
    import asyncio, concurrent.futures, inspect, multiprocessing.pool, multiprocessing.managers
    import multiprocessing.popen_forkserver, multiprocessing.shared_memory
    import queue, sys, signal, threading, time, webapp
    from threading import Lock
    from time import sleep

    def held():
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] in {*sys.stdlib_module_names, "__main__"}:
                yield from ((name, key, id(value)) for key, value in list(vars(module).items()))
                for kind in [value for value in vars(module).values() if isinstance(value, type)]:
                    if kind.__module__ == name:
                        yield from ((kind, key, id(value)) for key, value in vars(kind).items())

    with webapp.record("run.html", quiet=True):
        pass  # what the first one imports and keeps, such as the name of the temporary folder
    handler = signal.getsignal(signal.SIGINT)
    before = after = inside = None
    before = {(owner, key): value for owner, key, value in held()}
    with webapp.record("run.html", quiet=True):
        inside = {(owner, key): value for owner, key, value in held()}
        Lock()
    after = {(owner, key): value for owner, key, value in held()}
    own = {("__main__", name) for name in ("before", "inside", "after")}
    changed = {key for key in before if before[key] != after.get(key)} - own
    print(len({key for key in before if before[key] != inside.get(key)} - own) > 50)
    print(changed, signal.getsignal(signal.SIGINT) is handler)
"""


def run(program: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a program, in its folder."""
    settings: dict[str, Any] = {"cwd": program.parent, "env": ENVIRONMENT, **options}
    command = [sys.executable, str(program)]
    return subprocess.run(command, check=False, capture_output=True, text=True, **settings)


def events(path: Path) -> list[dict[str, Any]]:
    """Return the events of a file."""
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["events"]
    return found


def test_it_records_the_block_and_nothing_else(write: Write, tmp_path: Path) -> None:
    done = run(write(PROGRAM))
    assert done.stderr == ""
    assert sorted(done.stdout.splitlines()) == [f"work {number}" for number in range(1, 6)]
    first, second = events(tmp_path / "2.json"), events(tmp_path / "4.json")
    said = [event["text"] for event in first if event["kind"] == "printed"]
    assert sorted(said) == ["work 2\n", "work 3\n"]
    assert [event["text"] for event in second if event["kind"] == "printed"] == ["work 4\n"]
    # Names count anew, and a name that was imported before is seen.
    assert {event["object"] for event in [*first, *second] if event["kind"] == "got"} == {"lock"}
    lines = {event["line"] for event in first if event["kind"] == "printed"}
    assert lines == {7}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2.json", "4.json", "my_program.py"]


def test_the_page_is_of_a_part(write: Write, tmp_path: Path) -> None:
    done = run(
        write("""
            import threading, webapp
            with webapp.record("part.html"):
                with threading.Lock():
                    print("mine")
        """)
    )
    assert done.stdout == "mine\n"
    assert done.stderr.startswith("Recorded 4 events into part.html: ")
    page = read(tmp_path / "part.html")
    assert page.outcome == "finished"
    assert page.transcript == ["mine"]
    assert page.lanes == ["MainThread"]
    assert "A recorded part of a program" in page.html
    assert "Objects that were made before this part began" in page.html
    assert "webapp.record" in page.source
    assert 'class="command"' not in page.html.split("<body>")[1]


def test_all_is_as_before_after_the_block(write: Write) -> None:
    done = run(write(RESTORED))
    assert done.stdout == "True\nset() True\n", done.stderr


def test_threads_that_ran_already_are_shown_from_then_on(write: Write, tmp_path: Path) -> None:
    run(
        write("""
            import threading, webapp
            begin, begun = threading.Event(), threading.Event()
            def work():
                begin.wait()
                lock = threading.Lock()
                with lock:
                    begun.set()
            thread = threading.Thread(target=work, name="older")
            thread.start()
            with webapp.record("run.json"):
                begin.set()
                thread.join()
        """)
    )
    found = [
        (event["kind"], event["worker"], event["object"]) for event in events(tmp_path / "run.json")
    ]
    assert found[:2] == [("started", "MainThread", "process"), ("started", "older", "thread")]
    assert ("got", "older", "lock") in found
    assert ("joined", "MainThread", "older") in found
    assert not any(name == "begin" for *_, name in found)  # it was made before


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes_of_the_block_are_recorded_each_time(
    write: Write, tmp_path: Path, method: str
) -> None:
    done = run(
        write(f"""
            import multiprocessing, webapp
            context = multiprocessing.get_context("{method}")
            def work(lock):
                with lock:
                    print("in a child")
            def start():
                lock = context.Lock()
                child = context.Process(target=work, args=(lock,), name="child")
                child.start()
                child.join()
                assert child.exitcode == 0
            if __name__ == "__main__":
                for name in ("1.json", "2.json"):
                    start()
                    with webapp.record(name, quiet=True):
                        start()
        """)
    )
    assert done.stderr == ""
    assert done.stdout == "in a child\n" * 4
    for name in ("1.json", "2.json"):
        found = [
            (event["kind"], event["text"])
            for event in events(tmp_path / name)
            if event["worker"] == "child"
        ]
        assert [kind for kind, _ in found] == ["started", "got", "printed", "released", "ended"]
        assert found[2] == ("printed", "in a child\n")


@pytest.mark.parametrize("method", ["fork", "forkserver"])
def test_pools_from_before_and_after_work_as_ever(
    write: Write, tmp_path: Path, method: str
) -> None:
    done = run(
        write(
            """
            import multiprocessing, webapp
            from concurrent.futures import ProcessPoolExecutor
            from multiprocessing import Pool
            def use(pool, executor):
                print(pool.apply(abs, (-1,)), pool.map(abs, [-2]), [*pool.imap(abs, [-3])],
                      executor.submit(abs, -4).result(), [*executor.map(abs, [-5])])
            if __name__ == "__main__":
                multiprocessing.set_start_method("METHOD")
                old = Pool(1), ProcessPoolExecutor(1)
                use(*old)
                with webapp.record("run.json", quiet=True):
                    use(*old)
                    new = Pool(1), ProcessPoolExecutor(1)
                    use(*new)
                use(*new)
                for pool, executor in (old, new):
                    pool.close()
                    pool.join()
                    executor.shutdown()
        """.replace("METHOD", method)
        ),
        timeout=60,
    )
    assert done.stderr == ""
    assert done.stdout == "1 [2] [3] 4 [5]\n" * 4
    tasks = [event["object"] for event in events(tmp_path / "run.json") if event["kind"] == "began"]
    # Those of the new ones. The workers of a fork server from before have no recorder.
    assert tasks == (["abs"] * 5 if method == "fork" else [])


def test_an_exception_leaves_the_block_as_ever_and_the_page_is_written(
    write: Write, tmp_path: Path
) -> None:
    done = run(
        write("""
            import threading, webapp
            with webapp.record("run.html", quiet=True):
                with threading.Lock():
                    raise ValueError("no")
        """)
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "ValueError: no"
    assert "recorder" not in done.stderr
    page = read(tmp_path / "run.html")
    assert page.outcome == "failed"
    assert "ValueError" in page.html


def test_ctrl_c_in_a_deadlock_leaves_a_page_that_shows_it(write: Write, tmp_path: Path) -> None:
    program = write("""
        import threading, webapp
        with webapp.record("run.html", quiet=True):
            first, second = threading.Lock(), threading.Lock()
            both = threading.Barrier(2)
            def take(one, other):
                with one:
                    both.wait()
                    with other:
                        pass
            threads = [
                threading.Thread(target=take, args=pair, daemon=True)
                for pair in ((first, second), (second, first))
            ]
            for thread in threads:
                thread.start()
            print("begun", flush=True)
            threads[0].join()
    """)
    with subprocess.Popen(
        [sys.executable, program],
        cwd=tmp_path,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout
        assert running.stdout.readline() == "begun\n"
        while not _all_sleep(running.pid):
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        running.communicate()
    page = read(tmp_path / "run.html")
    assert page.outcome == "cancelled"
    assert any("first" in left for left in page.left)
    assert len(page.graph) > 2


def _all_sleep(pid: int) -> bool:
    """Return whether the program's three threads are asleep."""
    tasks = Path(f"/proc/{pid}/task")
    states = [(task / "stat").read_text().rpartition(")")[2].split()[0] for task in tasks.iterdir()]
    return states == ["S"] * 3


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ('record("run.txt")', "its ending must say what to write"),
        ('record("no/such/folder.html")', "cannot be written"),
        ('record("my_program.html/..")', "its ending must say"),
        ('record(language="xx")', "language must be one of en, fa"),
    ],
)
def test_a_wrong_argument_is_told_before_the_block(write: Write, call: str, reason: str) -> None:
    done = run(write(f"import webapp\nwith webapp.{call}:\n    print('ran')"))
    assert done.stdout == ""
    assert "ValueError" in done.stderr.splitlines()[-1] or "Refused" in done.stderr.splitlines()[-1]
    assert reason in done.stderr


def test_in_a_program_that_is_recorded_as_a_whole_it_warns(write: Write, page: Path) -> None:
    program = write("import webapp\nwith webapp.record('part.html'):\n    print('ran')")
    done = record(program, "-o", page, env=ENVIRONMENT)
    assert done.stdout == "ran\n"
    assert "already, so part.html is not written" in done.stderr
    assert "ran" in read(page).transcript
    assert not (program.parent / "part.html").exists()


def test_what_is_printed_goes_where_it_went(write: Write, tmp_path: Path) -> None:
    done = run(
        write("""
            import contextlib, io, sys, webapp
            sys.stdout = mine = io.StringIO()
            with webapp.record("run.json", quiet=True):
                print("to", "mine")
                with contextlib.redirect_stdout(io.StringIO()) as other:
                    print("to the other")
                print("no end", end="")
                print("error", file=sys.stderr)
            assert sys.stdout is mine
            sys.__stdout__.write(repr((mine.getvalue(), other.getvalue())))
        """)
    )
    assert done.stdout == repr(("to mine\nno end", "to the other\n"))
    assert done.stderr == "error\n"
    said = {
        event["object"]: event["text"] for event in events(tmp_path / "run.json") if event["text"]
    }
    assert said == {"stdout": "no end", "stderr": "error\n"}
