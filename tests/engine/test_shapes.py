"""Programs of the shapes that Python's documentation uses, not written for the recorder.

Each prints the same without the recorder, and the record makes sense: each worker has a name, a
start and an end, waits end, and source lines are the program's.
"""

# ruff: noqa: E501  (the programs have long lines)

from __future__ import annotations

import pytest

from tests.engine.conftest import Run, Write
from tests.engine.running import kinds, texts
from tests.engine.test_primitives import assert_same_as_plain, steps
from webapp.engine.events import How, Kind
from webapp.engine.recording import Recording

PROGRAMS = {
    "children that are forked by hand": """
        import os, sys, threading
        pid = os.fork()
        if pid == 0:
            thread = threading.Thread(target=print, args=("in a thread of the child",), kwargs={"flush": True})
            thread.start(); thread.join()
            os._exit(3)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
        if os.fork() == 0:
            sys.exit(4)
        print(os.waitstatus_to_exitcode(os.wait()[1]))
        try:
            os.wait()
        except ChildProcessError as error:
            print(error)
        """,
    "threads that are started past threading": """
        import _thread, threading
        done = threading.Lock(); done.acquire()
        def work(number, *, name="none"):
            print("bare", number, name, isinstance(_thread.get_ident(), int))
            done.release()
        def leave():
            done.release(); _thread.exit()
        for arguments in ((1,), (2,), (3,)), ((4,),):
            for each in arguments:
                _thread.start_new_thread(work, each, {"name": "some"}); done.acquire()
        _thread.start_new_thread(leave, ()); done.acquire()
        for misuse in (lambda: _thread.start_new_thread(3, ()), lambda: _thread.start_new_thread(leave, [])):
            try:
                misuse()
            except TypeError as error:
                print(error)
        """,
    "a simple queue": """
        import queue, threading
        items = queue.SimpleQueue()
        def consume():
            while (item := items.get()) is not None: print("item", item)
        consumer = threading.Thread(target=consume); consumer.start()
        for number in range(3): items.put(number)
        items.put_nowait(None); consumer.join()
        print(items.empty(), items.qsize(), type(items), isinstance(items, queue.SimpleQueue))
        for misuse in (lambda: items.get(timeout=0.01), lambda: items.get(timeout=-1),
                       lambda: items.get(timeout="1"), items.get_nowait):
            try:
                misuse()
            except (queue.Empty, ValueError, TypeError) as error:
                print(type(error).__name__, error)
        class Own(queue.SimpleQueue): pass
        own = Own(); own.put(1)
        print(own.get(), type(own).__name__, queue.SimpleQueue[int])
        """,
    "executors": """
        import concurrent.futures, threading
        from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
        def work(number):
            if number == 3: raise ValueError("three")
            return number * number
        def main():
            with ThreadPoolExecutor(2) as threads, ProcessPoolExecutor(2) as processes:
                for executor in (threads, processes):
                    print(list(executor.map(work, [1, 2])), list(executor.map(pow, [2, 3], [4, 2], chunksize=2)))
                    futures = {executor.submit(work, number): number for number in (1, 2, 3)}
                    print(sorted(futures[done] for done in concurrent.futures.as_completed(futures)))
                    print([type(future.exception()).__name__ for future in futures])
                    done, left = concurrent.futures.wait([executor.submit(work, 5)], timeout=20)
                    print(len(done), len(left), [future.result() for future in done])
                    try:
                        executor.submit(work, 3).result()
                    except ValueError as error:
                        print("caught", error)
                go, told = threading.Event(), threading.Event()
                first = threads.submit(go.wait)
                future = threads.submit(work, 6)
                future.add_done_callback(lambda future: (print("called back", future.result()), told.set()))
                go.set(); first.result(); told.wait()
        if __name__ == "__main__": main()
        """,
    "ends of pipes": """
        import multiprocessing
        from multiprocessing import connection
        def work(end):
            print(end.recv_bytes(), flush=True)
            end.send_bytes(b"back"); end.send("object"); end.close()
        if __name__ == "__main__":
            ours, theirs = multiprocessing.Pipe()
            child = multiprocessing.Process(target=work, args=(theirs,))
            child.start(); theirs.close()
            print(ours.poll(0.001), flush=True)
            ours.send_bytes(b"there")
            print(ours.poll(20), connection.wait([ours], 20) == [ours], ours.recv_bytes(), ours.recv())
            print(bool(connection.wait([ours, child.sentinel])))
            try:
                ours.recv()
            except EOFError:
                print("end")
            child.join()
        """,
    "a scheduler and a thread that only sleeps": """
        import sched, threading, time
        scheduler = sched.scheduler(time.monotonic, time.sleep)
        scheduler.enter(0.02, 1, print, argument=("later",))
        scheduler.enter(0.01, 1, print, argument=("sooner",))
        scheduler.run()
        thread = threading.Thread(target=time.sleep, args=(0.01,))
        thread.start(); thread.join()
        """,
    "a task of asyncio in a thread": """
        import asyncio, time
        def work(number):
            time.sleep(0.01)
            return number
        async def main():
            print(await asyncio.gather(asyncio.to_thread(work, 1), asyncio.to_thread(work, number=2)))
        asyncio.run(main())
        """,
    "shared arrays and values": """
        from multiprocessing import Array, Process, Value
        def work(numbers, total):
            for at in range(len(numbers)): numbers[at] = -numbers[at]
            with total: total.value += 1
        if __name__ == "__main__":
            numbers, total = Array("i", range(5)), Value("d", 1.5)
            child = Process(target=work, args=(numbers, total))
            child.start(); child.join()
            with numbers: print(numbers[:], total.value)
        """,
    "a process whose class is its own": """
        from multiprocessing import JoinableQueue, Process, Queue
        class Worker(Process):
            def __init__(self, tasks, results):
                super().__init__()
                self.tasks, self.results = tasks, results
            def run(self):
                for task in iter(self.tasks.get, None):
                    self.results.put(task * task); self.tasks.task_done()
                self.tasks.task_done()
        if __name__ == "__main__":
            tasks, results = JoinableQueue(), Queue()
            workers = [Worker(tasks, results) for _ in range(2)]
            for worker in workers: worker.start()
            for task in (1, 2, 3, None, None): tasks.put(task)
            tasks.join()
            print(sorted(results.get() for _ in range(3)))
            for worker in workers: worker.join()
            print([(worker.name, worker.exitcode) for worker in workers])
        """,
    "programs that it starts": """
        import subprocess, sys
        code = "import threading; print(threading.current_thread().name)"
        print(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout)
        print(subprocess.run([sys.executable, "-c", "raise SystemExit(5)"]).returncode)
        """,
    "signal handlers": """
        import os, signal, time
        signal.signal(signal.SIGUSR1, lambda number, frame: print(signal.Signals(number).name))
        signal.signal(signal.SIGALRM, lambda number, frame: print("alarm"))
        os.kill(os.getpid(), signal.SIGUSR1)
        signal.setitimer(signal.ITIMER_REAL, 0.02); signal.pause()
        """,
    "logs from threads": """
        import logging, logging.handlers, queue, sys, threading
        logging.basicConfig(level=logging.INFO, format="%(threadName)s %(message)s", stream=sys.stdout)
        thread = threading.Thread(target=logging.info, args=("step",), name="logger"); thread.start(); thread.join()
        lines = queue.Queue()
        listener = logging.handlers.QueueListener(lines, logging.StreamHandler(sys.stdout))
        log = logging.getLogger("far"); log.addHandler(logging.handlers.QueueHandler(lines)); log.propagate = False
        listener.start(); log.warning("look out"); listener.stop()
        """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_prints_the_same_without_the_recorder(write: Write, run: Run, name: str) -> None:
    recording = run(PROGRAMS[name])
    assert_same_as_plain(write, recording, PROGRAMS[name])
    assert_makes_sense(recording)


def assert_makes_sense(recording: Recording) -> None:
    """Check that every worker has a name, has ended, and waits for nothing."""
    assert "?" not in {event.worker for event in recording.events}
    assert all(span.end is not None for span in recording.lifetimes), recording.lifetimes
    assert all(span.end is not None for span in recording.waits), recording.waits


def test_an_exception_in_a_bare_thread_is_printed_as_by_the_interpreter(run: Run) -> None:
    recording = run("""
        import _thread, time
        def fail(): raise ValueError("oh")
        _thread.start_new_thread(fail, ())
        time.sleep(0.2)
    """)
    [raised] = kinds(recording.events, Kind.RAISED)
    assert (raised.worker, raised.object, raised.line) == ("thread#1", "ValueError", 2)
    printed = [(line.worker, line.text) for line in recording.lines]
    assert {worker for worker, _ in printed} == {"thread#1"}
    assert "in thread started by" in printed[0][1]
    assert "<function fail at" in printed[0][1]
    assert [text for _, text in printed[1:]] == [
        "Traceback (most recent call last):",
        f'  File "{_path(recording)}", line 2, in fail',
        '    def fail(): raise ValueError("oh")',
        *(text for _, text in printed[4:-1]),  # newer versions mark the place
        "ValueError: oh",
    ]


def _path(recording: Recording) -> str:
    return next(line.text.split('"')[1] for line in recording.lines if 'File "' in line.text)


def test_a_child_of_os_fork_has_a_start_an_end_and_a_name(run: Run) -> None:
    recording = run("""
        import os, threading, time
        pid = os.fork()
        if pid == 0:
            thread = threading.Thread(target=print, args=("inside",), name="helper")
            thread.start(); thread.join()
            time.sleep(1)
            os._exit(3)
        os.waitpid(pid, 0)
    """)
    assert [(line.worker, line.text) for line in recording.lines] == [("fork#1/helper", "inside")]
    child, helper = recording.workers
    assert (child.worker, helper.worker) == ("fork#1", "fork#1/helper")
    assert child.start <= helper.start <= (helper.end or 0) <= (child.end or 0)
    [exited] = kinds(recording.events, Kind.EXITED)
    assert exited.text == f"{child.key[0]} 3"
    assert [step[:2] for step in steps(recording, "fork#1") if step[0] == "MainThread"] == [
        ("MainThread", "starts"),
        ("MainThread", "waits"),
        ("MainThread", "exited"),
        ("MainThread", "joined"),
    ]


def test_items_of_a_simple_queue_are_reported(run: Run) -> None:
    recording = run("""
        import queue, threading
        items = queue.SimpleQueue()
        threads = [threading.Thread(target=items.get, name="taker")]
        for thread in threads: thread.start()
        while not items.empty(): pass
        items.put("x")
        for thread in threads: thread.join()
    """)
    assert [step for step in steps(recording, "items") if step[1] != "waits"] == [
        ("MainThread", "put", "?: 'x'"),
        ("taker", "took", "?: 'x'"),
    ]


def test_waits_for_tasks_and_workers_of_an_executor_are_reported(run: Run) -> None:
    recording = run("""
        import time
        from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
        from multiprocessing import Pool
        def work(seconds):
            time.sleep(seconds)
        if __name__ == "__main__":
            with ThreadPoolExecutor(1, "own") as threads:
                for done in as_completed([threads.submit(work, 0.02)]): pass
                list(threads.map(work, [0.02]))
                threads.submit(work, 0.02)
            with ProcessPoolExecutor(1) as processes:
                processes.submit(work, 0.02)
            with Pool(1) as pool:
                pool.apply_async(work, (0.02,))
                pool.close(); pool.join()
    """)
    main = [wait for wait in recording.waits if wait.worker == "MainThread"]
    assert [wait.object for wait in main] == ["futures", "future#2", "own_0", "processes", "pool"]
    assert all(wait.end is not None for wait in main)
    assert ("own_0", "signalled", "") in steps(recording, "futures")
    waits = kinds(recording.events, Kind.WAITS)
    assert [event.how for event in waits if event.worker == "MainThread"] == [
        How.SIGNAL,
        How.RESULT,
        How.JOIN,
        How.JOIN,
        How.JOIN,
    ]


def test_the_waits_for_the_results_of_a_pool_have_their_names(run: Run) -> None:
    recording = run("""
        import time
        from multiprocessing import Pool
        def work(seconds):
            time.sleep(seconds)
        if __name__ == "__main__":
            with Pool(1) as pool:
                single = pool.apply_async(work, (0.2,))
                single.get()
                several = pool.imap(work, [0.2, 0.2])
                print(list(several))
                for _ in pool.imap_unordered(work, [0.2], 2): pass
    """)
    waits = [wait for wait in recording.waits if wait.worker == "MainThread"]
    assert {wait.object for wait in waits} == {"single", "several", "result"}
    assert all(wait.end is not None for wait in waits)


def test_a_task_goes_from_who_submits_it_to_who_runs_it(run: Run) -> None:
    recording = run("""
        from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
        if __name__ == "__main__":
            with ThreadPoolExecutor(1, "thread") as threads, ProcessPoolExecutor(1) as processes:
                futures = [pool.submit(abs, -1) for pool in (threads, processes)]
                print(*(future.result() for future in futures), list(threads.map(abs, [2])))
    """)
    puts = {event.object: event for event in kinds(recording.events, Kind.PUT)}
    tooks = [event for event in recording.events if event.kind is Kind.TOOK]
    assert {(event.object, event.text) for event in tooks} == {
        ("threads", "task: futures[0]"),
        ("processes", "task: futures[1]"),
        ("threads", "task: future#1"),
    }
    assert set(puts) == {"threads", "processes"}
    assert {event.worker for event in tooks if event.object == "threads"} == {"thread_0"}
    begun = [event.key for event in kinds(recording.events, Kind.BEGAN)]
    assert sorted(begun) == sorted(event.key for event in tooks)


def test_tasks_have_the_names_of_the_programs_functions(run: Run) -> None:
    recording = run("""
        import asyncio
        from concurrent.futures import ProcessPoolExecutor
        from functools import partial
        from multiprocessing import Pool
        def first(number): return number
        def second(number, other): return number + other
        async def further():
            await asyncio.to_thread(first, 5)
        if __name__ == "__main__":
            with ProcessPoolExecutor(1) as executor:
                list(executor.map(first, [1, 2], chunksize=2))
                executor.submit(partial(second, 3), 4).result()
            asyncio.run(further())
            with Pool(1) as pool:
                pool.starmap(second, [(6, 7)])
    """)
    began = kinds(recording.events, Kind.BEGAN)
    assert [(event.object, event.text, event.line) for event in began] == [
        ("first", "1", 5),
        ("first", "2", 5),
        ("second", "3, 4", 6),
        ("first", "5", 5),
        ("second", "6, 7", 6),
    ]
    assert len(kinds(recording.events, Kind.DONE)) == 5


def test_a_forked_child_reports_no_line_of_its_parent(run: Run) -> None:
    recording = run("""
        import multiprocessing
        ctx = multiprocessing.get_context("fork")
        items = ctx.SimpleQueue()
        child = ctx.Process(target=items.put, args=(1,))
        child.start(); child.join()
    """)
    [put] = kinds(recording.events, Kind.PUT)
    assert put.line == 0


def test_a_sleep_that_is_passed_as_a_function_is_the_programs(run: Run) -> None:
    recording = run("""
        import sched, threading, time
        scheduler = sched.scheduler(time.monotonic, time.sleep)
        scheduler.enter(0.01, 1, print)
        scheduler.run()
        thread = threading.Thread(target=time.sleep, args=(0.01,), name="sleeper")
        thread.start(); thread.join()
    """)
    assert [span.worker for span in recording.sleeps] == ["MainThread", "sleeper"]


def test_accesses_to_a_shared_array_are_not_reported(run: Run) -> None:
    recording = run("""
        from multiprocessing import Array
        numbers = Array("i", 3)
        numbers[0] = 1; print(numbers[:])
        with numbers: numbers[1] = 2
    """)
    assert [step[1] for step in steps(recording, "numbers")] == ["got", "released"]


def test_a_wait_for_one_of_several_pipes_names_them_all(run: Run) -> None:
    recording = run("""
        import multiprocessing, threading, time
        from multiprocessing.connection import wait
        left, far_left = multiprocessing.Pipe()
        right, far_right = multiprocessing.Pipe()
        def send():
            time.sleep(1); far_right.send("x")
        threading.Thread(target=send).start()
        for end in wait([left, right]): print(end.recv())
    """)
    assert texts(recording) == ["x"]
    assert [step[:2] for step in steps(recording, "left, right")] == [
        ("MainThread", "waits"),
        ("MainThread", "passed"),
    ]


def test_reporting_does_not_release_the_gil(run: Run) -> None:
    """Otherwise each event would wait a switch interval for the thread that computes.

    All events fit into the FIFO, so none waits for a reader that has no processor.
    """
    recording = run("""
        import sys, threading
        sys.setswitchinterval(5)
        lock, go, over, turns = threading.Lock(), threading.Event(), False, 0
        def compute():
            global turns
            go.wait()
            while not over: turns += 1
        thread = threading.Thread(target=compute)
        thread.start()
        go.set()
        for _ in range(200):
            with lock: pass
        taken, over = turns, True
        print(taken)
        thread.join()
    """)
    assert texts(recording) == ["0"]
