"""Programs that use one primitive each, of threads or of processes."""

# ruff: noqa: E501  (the programs have long lines)

from __future__ import annotations

# Programs whose output does not depend on which worker is faster: it must be the same recorded.
PROGRAMS = {
    "rlock": """
        import threading
        lock = threading.RLock()
        print(lock.acquire(), lock.acquire(blocking=False), lock.acquire(timeout=1))
        def other():
            print(lock.acquire(blocking=False), lock.acquire(timeout=0.01))
            try:
                lock.release()
            except RuntimeError as error:
                print(error)
        thread = threading.Thread(target=other)
        thread.start(); thread.join()
        for _ in range(3): lock.release()
        try:
            lock.release()
        except RuntimeError as error:
            print(error)
        with lock, lock:
            print("twice")
        print(type(lock).__name__, isinstance(lock, type(threading.RLock())))
        """,
    "semaphores": """
        import threading
        semaphore = threading.Semaphore(2)
        print(semaphore.acquire(), semaphore.acquire(), semaphore.acquire(blocking=False))
        print(semaphore.acquire(timeout=0.01))
        semaphore.release(); semaphore.release(2)
        with semaphore:
            print(semaphore._value)
        bounded = threading.BoundedSemaphore(1)
        for misuse in (bounded.release, lambda: threading.Semaphore(-1),
                       lambda: semaphore.acquire(False, 1), lambda: semaphore.release(0)):
            try:
                misuse()
            except ValueError as error:
                print(error)
        """,
    "condition": """
        import threading
        condition = threading.Condition()
        items = []
        def consume():
            with condition:
                print(condition.wait_for(lambda: items, timeout=5))
                print(items.pop())
        thread = threading.Thread(target=consume)
        thread.start()
        with condition:
            items.append("item")
            condition.notify()
        thread.join()
        with condition:
            print(condition.wait(0.01))
        for misuse in (condition.wait, condition.notify, condition.notify_all):
            try:
                misuse()
            except RuntimeError as error:
                print(error)
        own = threading.Lock()
        with threading.Condition(own) as got:
            print(got, own.locked())
        nested = threading.Condition()
        with nested, nested:
            print(nested.wait(0.01), nested._is_owned())
        """,
    "event": """
        import threading
        ready = threading.Event()
        print(ready.wait(0.01), ready.is_set())
        thread = threading.Thread(target=ready.wait)
        thread.start(); ready.set(); thread.join()
        print(ready.wait(), ready.is_set())
        ready.clear()
        print(ready.is_set())
        """,
    "barrier": """
        import threading
        barrier = threading.Barrier(3, action=lambda: print("all here"))
        def meet():
            places.append(barrier.wait())
        for _ in range(2):
            places = []
            threads = [threading.Thread(target=meet) for _ in range(3)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
            print(sorted(places), barrier.n_waiting, barrier.broken)
        try:
            barrier.wait(0.01)
        except threading.BrokenBarrierError:
            print("broken", barrier.broken)
        barrier.reset()
        barrier.abort()
        try:
            barrier.wait()
        except threading.BrokenBarrierError:
            print("aborted")
        """,
    "queue": """
        import queue
        numbers = queue.Queue(maxsize=2)
        numbers.put(1); numbers.put_nowait(2)
        for misuse in (lambda: numbers.put(3, timeout=0.01), lambda: numbers.put_nowait(3)):
            try:
                misuse()
            except queue.Full:
                print("full")
        print(numbers.get(), numbers.get_nowait(), numbers.qsize())
        for misuse in (lambda: numbers.get(timeout=0.01), lambda: numbers.get(block=False)):
            try:
                misuse()
            except queue.Empty:
                print("empty")
        try:
            numbers.get(timeout=-1)
        except ValueError as error:
            print(error)
        numbers.task_done(); numbers.task_done(); numbers.join()
        last, least = queue.LifoQueue(), queue.PriorityQueue()
        for number in (2, 3, 1):
            last.put(number); least.put(number)
        print([last.get() for _ in range(3)], [least.get() for _ in range(3)])
        """,
    "timer and local": """
        import threading
        timer = threading.Timer(0.01, print, args=("timer",))
        timer.start(); timer.join()
        cancelled = threading.Timer(60, print)
        cancelled.start(); cancelled.cancel(); cancelled.join()
        local = threading.local()
        local.value = 1
        thread = threading.Thread(target=lambda: print(hasattr(local, "value")))
        thread.start(); thread.join()
        """,
    "thread pool": """
        from concurrent.futures import ThreadPoolExecutor, TimeoutError, as_completed
        import time
        def square(number): return number * number
        def fail(): raise ValueError("no")
        with ThreadPoolExecutor(2) as pool:
            print(list(pool.map(square, range(5))), pool.submit(pow, 2, 3).result())
            print(sorted(f.result() for f in as_completed([pool.submit(square, n) for n in (3, 1)])))
            try:
                pool.submit(fail).result()
            except ValueError as error:
                print(error, [f.name for f in __import__("traceback").extract_tb(error.__traceback__)][-1])
            try:
                pool.submit(time.sleep, 0.1).result(timeout=0.01)
            except TimeoutError:
                print("too late")
        """,
}

PROCESS_PROGRAMS = {
    "locks": """
        def work(lock, rlock, semaphore, value):
            for _ in range(50):
                with lock:
                    with rlock, rlock:
                        value.value += 1
            with semaphore:
                print("in")
        def body(ctx):
            lock, rlock, semaphore = ctx.Lock(), ctx.RLock(), ctx.BoundedSemaphore(2)
            value = ctx.Value("i", 0)
            children = [ctx.Process(target=work, args=(lock, rlock, semaphore, value)) for _ in range(2)]
            for child in children: child.start()
            for child in children: child.join()
            print(value.value, lock.acquire(), lock.acquire(False), lock.acquire(timeout=0.01))
            lock.release()
            for misuse in (lock.release, rlock.release, semaphore.release):
                try:
                    misuse()
                except (ValueError, AssertionError) as error:
                    print(type(error).__name__, error)
        """,
    "event, condition and barrier": """
        def work(event, condition, barrier, flag):
            event.wait()
            barrier.wait()
            with condition:
                while not flag.value:
                    condition.wait()
            print("passed")
        def body(ctx):
            event, condition, barrier = ctx.Event(), ctx.Condition(), ctx.Barrier(3)
            flag = ctx.Value("b", 0)
            children = [ctx.Process(target=work, args=(event, condition, barrier, flag)) for _ in range(2)]
            for child in children: child.start()
            event.set()
            barrier.wait()
            with condition:
                flag.value = 1
                condition.notify_all()
            for child in children: child.join()
            print([child.exitcode for child in children], event.is_set(), barrier.broken)
        """,
    "queues": """
        def work(tasks, results, simple):
            while (task := tasks.get()) is not None:
                results.put(task * 2)
                tasks.task_done()
            tasks.task_done()
            simple.put("bye")
        def body(ctx):
            import queue
            tasks, results, simple = ctx.JoinableQueue(), ctx.Queue(maxsize=10), ctx.SimpleQueue()
            child = ctx.Process(target=work, args=(tasks, results, simple))
            child.start()
            for number in range(5): tasks.put(number)
            tasks.put(None)
            tasks.join()
            print([results.get() for _ in range(5)], simple.get(), simple.empty())
            child.join()
            for misuse in (results.get_nowait, lambda: results.get(timeout=0.01)):
                try:
                    misuse()
                except queue.Empty:
                    print("empty")
            print(results.qsize(), results.empty(), results.full())
        """,
    "pipe": """
        def work(end):
            while (number := end.recv()) is not None:
                end.send(number + 1)
            end.close()
        def body(ctx):
            ours, theirs = ctx.Pipe()
            child = ctx.Process(target=work, args=(theirs,))
            child.start()
            theirs.close()
            for number in range(3):
                ours.send(number)
                print(ours.recv(), ours.poll(0))
            ours.send(None)
            child.join()
            try:
                ours.recv()
            except EOFError:
                print("the other end is closed", child.exitcode)
        """,
    "manager": """
        def work(items, table, queue):
            items.append(1); table["key"] = "value"; queue.put("item")
        def body(ctx):
            with ctx.Manager() as manager:
                items, table, queue = manager.list(), manager.dict(), manager.Queue()
                child = ctx.Process(target=work, args=(items, table, queue))
                child.start(); child.join()
                print(list(items), dict(table), queue.get())
        """,
    "pool": """
        def square(number): return number * number
        def add(a, b): return a + b
        def fail(number): raise ValueError(f"no {number}")
        def body(ctx):
            with ctx.Pool(2) as pool:
                print(pool.map(square, range(10)), pool.starmap(add, [(1, 2), (3, 4)]))
                print(list(pool.imap(square, range(5))), sorted(pool.imap_unordered(square, range(5), 2)))
                print(pool.apply(add, (1, 2)), pool.apply_async(add, (3,), {"b": 4}).get(timeout=10))
                try:
                    pool.map(fail, [7])
                except ValueError as error:
                    print(error)
        """,
    "process pool executor": """
        from concurrent.futures import ProcessPoolExecutor
        def square(number): return number * number
        def fail(): raise ValueError("no")
        def body(ctx):
            with ProcessPoolExecutor(2, mp_context=ctx) as pool:
                print(list(pool.map(square, range(6), chunksize=2)), pool.submit(square, 9).result())
                try:
                    pool.submit(fail).result()
                except ValueError as error:
                    print(error)
        """,
    "daemons, signals and exit codes": """
        import os, time
        def sleep(): time.sleep(60)
        def leave(): os._exit(3)
        def body(ctx):
            daemon = ctx.Process(target=sleep, daemon=True)
            killed, leaver = ctx.Process(target=sleep), ctx.Process(target=leave)
            for child in (daemon, killed, leaver): child.start()
            daemon.terminate(); killed.kill()
            for child in (daemon, killed, leaver): child.join()
            print(daemon.exitcode, killed.exitcode, leaver.exitcode, daemon.daemon, killed.is_alive())
            ctx.Process(target=sleep, daemon=True).start()
            print("leaving")
        """,
}
