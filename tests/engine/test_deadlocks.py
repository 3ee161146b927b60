"""A run is called a deadlock only on evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.conftest import Run, Write
from tests.engine.running import finish, texts, wait_until
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.events import Kind
from webapp.engine.limits import Limits
from webapp.engine.recording import Link, Outcome, Wait
from webapp.engine.surroundings import bare


def test_a_thread_that_acquires_its_own_lock_again_is_a_deadlock(run: Run) -> None:
    recording = run("""
        import threading
        lock = threading.Lock()
        with lock:
            print("once")
            with lock:
                print("twice")
    """)
    assert recording.outcome is Outcome.DEADLOCKED
    assert recording.detail == "MainThread → lock → MainThread"
    assert texts(recording) == ["once"]


def test_locks_acquired_in_opposite_order_are_a_deadlock_and_the_cycle_is_named(run: Run) -> None:
    recording = run("""
        import threading
        left, right = threading.Lock(), threading.Lock()
        both = threading.Barrier(2)
        def work(first, second):
            with first:
                both.wait()
                with second:
                    print("never")
        threads = [
            threading.Thread(target=work, args=(left, right), name="lefty"),
            threading.Thread(target=work, args=(right, left), name="righty"),
        ]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
    """)
    assert recording.outcome is Outcome.DEADLOCKED
    assert recording.detail == "lefty → right → righty → left → lefty"
    assert recording.cycle == (
        Wait("lefty", "right", line=7, giver="righty"),
        Wait("righty", "left", line=7, giver="lefty"),
    )


def test_the_wait_of_a_process_that_was_killed_hides_no_deadlock(run: Run) -> None:
    recording = run("""
        import multiprocessing
        from pathlib import Path
        def hold(lock, stop):
            with lock:
                stop.get()
        context = multiprocessing.get_context("fork")
        lock, stop = context.Lock(), context.SimpleQueue()
        holder = context.Process(target=hold, args=(lock, stop), name="holder")
        holder.start()
        while lock.acquire(False): lock.release()
        stat = Path(f"/proc/{holder.pid}/stat")
        while stat.read_text().rpartition(")")[2].split()[0] != "S": pass
        holder.kill()
        holder.join()
        other = context.Process(target=lock.acquire, name="other")
        other.start()
        other.join()
    """)
    assert recording.outcome is Outcome.DEADLOCKED
    assert recording.detail == "MainThread → other → lock → holder (ended)"


def test_who_has_ended_with_a_permit_does_not_hold_it(run: Run) -> None:
    recording = run("""
        import threading
        permit = threading.Semaphore(1)
        first = threading.Thread(target=permit.acquire, name="first")
        first.start(); first.join()
        second = threading.Thread(target=permit.acquire, name="second")
        second.start(); second.join()
    """)
    assert recording.outcome is Outcome.DEADLOCKED
    assert recording.detail == "MainThread → second → permit → first (ended)"
    assert recording.cycle[-1] == Wait("second", "permit", 0, "first", Link.ENDED)


def test_a_lock_that_was_copied_while_it_was_held_can_be_released_by_nobody(run: Run) -> None:
    recording = run("""
        import multiprocessing, threading
        context = multiprocessing.get_context("fork")
        lock, taken, go_on = threading.Lock(), threading.Event(), threading.Event()
        def hold():
            with lock:
                taken.set()
                go_on.wait()
        thread = threading.Thread(target=hold)
        thread.start()
        taken.wait()
        child = context.Process(target=lock.acquire, name="child")
        child.start()
        go_on.set()
        thread.join()
        with lock: print("released here")
        child.join()
    """)
    assert texts(recording) == ["released here"]
    assert recording.outcome is Outcome.DEADLOCKED
    assert recording.detail == "MainThread → child → lock (copied at a fork)"


def test_what_only_another_workers_put_could_end_is_held_by_nobody(run: Run) -> None:
    recording = run("""
        import queue, threading
        jobs = queue.Queue()
        thread = threading.Thread(target=jobs.get, name="taker")
        thread.start(); thread.join()
    """)
    assert recording.outcome is Outcome.DEADLOCKED
    assert [wait.link for wait in recording.cycle] == [Link.JOINED, Link.ANY]


def test_another_program_that_lives_may_still_end_the_waiting(run: Run) -> None:
    recording = run("""
        import multiprocessing, subprocess, threading
        ours, theirs = multiprocessing.Pipe()
        listener = threading.Thread(target=ours.recv_bytes)
        listener.start()
        number = theirs.fileno()
        say = f"sleep 1; printf '\\\\000\\\\000\\\\000\\\\001x' >&{number}"
        program = subprocess.Popen(["sh", "-c", say], pass_fds=[number])
        listener.join()
        program.wait()
        print("through")
    """)
    assert recording.outcome is Outcome.FINISHED, recording.detail
    assert texts(recording) == ["through"]


@pytest.mark.parametrize("handler", ["", "signal.signal(signal.SIGINT, lambda *_: lock.release())"])
def test_where_ctrl_c_may_come_only_a_ring_of_locks_is_a_deadlock(
    request: pytest.FixtureRequest, write: Write, handler: str
) -> None:
    limits = Limits(soft_deadline=2, grace=0.5)
    runner = EmbeddedRunner(limits, replace(bare(), inherits=True))
    request.addfinalizer(runner.close)
    ring = write(f"""
        import signal, threading
        lock = threading.Lock()
        {handler}
        lock.acquire()
        lock.acquire()
    """)
    recording = finish(runner, runner.start(ring))
    assert recording.outcome is (Outcome.TIMED_OUT if handler else Outcome.DEADLOCKED)
    service = write("""
        import queue, threading
        thread = threading.Thread(target=queue.Queue().get)
        thread.start(); thread.join()
    """)
    assert finish(runner, runner.start(service)).outcome is Outcome.TIMED_OUT


def test_a_wait_that_another_worker_may_still_end_is_no_deadlock(run: Run) -> None:
    recording = run("""
        import threading, time
        lock = threading.Lock()
        def work():
            with lock: print("got it")
        lock.acquire()
        thread = threading.Thread(target=work)
        thread.start()
        time.sleep(1)
        lock.release()
        thread.join()
    """)
    assert recording.outcome is Outcome.FINISHED
    assert texts(recording) == ["got it"]


def test_a_process_with_a_pending_signal_may_still_go_on(run: Run) -> None:
    """The signal is pending for longer than a run must be silent before it is examined."""
    recording = run("""
        import multiprocessing, os, signal, subprocess, time
        def work():
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
            print("ready")
            never.acquire()
        context = multiprocessing.get_context("fork")
        never = context.Semaphore(0)
        child = context.Process(target=work)
        child.start()
        time.sleep(0.2)
        os.kill(child.pid, signal.SIGINT)
        subprocess.Popen(["sh", "-c", f"sleep 1.5; kill -9 {child.pid}"])
        child.join()
        print("joined")
    """)
    assert recording.outcome is Outcome.FINISHED, recording.detail
    assert texts(recording) == ["ready", "joined"]


def test_a_run_that_was_not_all_asleep_is_examined_again(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[bool] = []

    def seldom(live: object) -> bool:
        looks.append(len(looks) > 1)
        return looks[-1]

    monkeypatch.setattr("webapp.engine.deadlock._all_known", seldom)
    recording = run("import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()")
    assert recording.outcome is Outcome.DEADLOCKED
    assert looks == [False, False, True]


def test_a_run_with_an_unread_event_is_no_deadlock(
    runner: EmbeddedRunner, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A late engine may examine an old record after the program has gone on."""
    go = tmp_path / "go"
    program = write(f"""
        import os, time
        while not os.path.exists({str(go)!r}): time.sleep(0.01)
        print("it goes on")
        time.sleep(0.5)
    """)

    def mistaken(state: object, *, interruptible: bool) -> tuple[Wait, ...]:
        go.touch()
        slot = next(run.slot for run in runner._engine._running.values())
        wait_until(lambda: bool(slot and slot.has_unread()))
        return (Wait("MainThread", "lock", line=2, giver="MainThread"),)

    # Without the observer its sleeps are no events: it is silent, so it is examined.
    monkeypatch.setattr("webapp.engine.deadlock.find_cycle", mistaken)
    recording = finish(runner, runner.start(program, observe=False))
    assert recording.outcome is Outcome.FINISHED
    assert texts(recording) == ["it goes on"]


def test_a_wait_with_a_time_out_is_no_deadlock(run: Run) -> None:
    recording = run("""
        import threading
        lock = threading.Lock()
        lock.acquire()
        print(lock.acquire(timeout=1))
    """)
    assert recording.outcome is Outcome.FINISHED
    assert texts(recording) == ["False"]


def test_waiting_for_a_timer_or_a_subprocess_is_no_deadlock(run: Run) -> None:
    recording = run("""
        import subprocess, threading
        lock = threading.Lock()
        lock.acquire()
        timer = threading.Timer(1, lock.release)
        timer.start()
        lock.acquire()
        subprocess.run(["sleep", "0.8"])
        print("through")
    """)
    assert recording.outcome is Outcome.FINISHED
    assert texts(recording) == ["through"]


def test_no_progress_without_a_cycle_is_only_called_timed_out(
    make_runner: Callable[..., EmbeddedRunner], write: Write
) -> None:
    runner = make_runner(soft_deadline=1)
    program = write("""
        import threading
        lock = threading.Lock()
        def take():
            lock.acquire()
        thread = threading.Thread(target=take)
        thread.start(); thread.join()
        lock.acquire()
    """)
    assert finish(runner, runner.start(program)).outcome is Outcome.TIMED_OUT


def test_a_full_pipe_that_nobody_empties_keeps_a_child_from_its_end(run: Run) -> None:
    """The queue's feeder is a thread that is not recorded; it sleeps, as the pipe is full."""
    recording = run("""
        import multiprocessing
        def fill(queue):
            for number in range(40):
                queue.put(bytes(100_000))
            print("all put")
        if __name__ == "__main__":
            queue = multiprocessing.Queue()
            child = multiprocessing.Process(target=fill, args=(queue,), name="child")
            child.start()
            child.join()
            print([queue.get() for _ in range(40)])
    """)
    # The resource tracker may complain of what the killed processes leave.
    printed = [line.text for line in recording.lines if line.stream == "stdout"]
    assert printed == ["all put"]
    assert recording.outcome is Outcome.DEADLOCKED
    assert recording.detail == "MainThread → child → queue → MainThread"


def test_a_pipe_that_is_emptied_later_lets_the_child_end(run: Run) -> None:
    recording = run("""
        import multiprocessing, time
        def fill(queue):
            for number in range(40):
                queue.put(bytes(100_000))
        if __name__ == "__main__":
            queue = multiprocessing.Queue()
            child = multiprocessing.Process(target=fill, args=(queue,), name="child")
            child.start()
            time.sleep(1.5)  # longer than a quiet run is left alone
            print(sum(len(queue.get()) for _ in range(40)))
            child.join()
    """)
    assert recording.outcome is Outcome.FINISHED
    assert texts(recording) == ["4000000"]


ENDS = """
    import threading
    from multiprocessing import Pipe, get_context
    def work(theirs):
        print(theirs.recv())
    {ends} = Pipe(duplex={duplex})
    child = get_context("fork").Process(target=work, args=(theirs,), name="child")
    child.start()
"""
"""A child waits at an end of a pipe, of which it has a copy of the other end, too."""


@pytest.mark.parametrize(("duplex", "ends"), [(True, "ours, theirs"), (False, "theirs, ours")])
def test_who_holds_the_other_end_of_a_pipe_is_looked_up(
    runner: EmbeddedRunner, write: Write, duplex: bool, ends: str
) -> None:
    """The child has it open, too, but waits: so only the main process could send."""
    program = ENDS.format(duplex=duplex, ends=ends)
    run = runner.start(write(f"{program}    child.join()\n"))
    recording = finish(runner, run)
    assert recording.outcome is Outcome.DEADLOCKED
    waits = (event for event in recording.events if event.kind is Kind.WAITS)
    wait = next(wait for wait in waits if wait.other_end)
    main, child = recording.receipt.pid, wait.pid
    assert recording.other_ends == tuple(sorted([(wait.id, main), (wait.id, child)]))
    assert recording.cycle == (
        Wait("MainThread", "child", 8, "child", Link.JOINED),
        Wait("child", "theirs", 4, "MainThread", Link.KEPT),
    )
