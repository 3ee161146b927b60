"""Programs with tasks that must print the same with the recorder and without."""

# ruff: noqa: E501  (they have long lines)

from __future__ import annotations

PROGRAMS = {
    "gather, and an exception": """
        import asyncio
        async def work(number):
            await asyncio.sleep(0)
            if number == 2: raise ValueError(number)
            return number
        async def main():
            print(await asyncio.gather(*map(work, range(4)), return_exceptions=True))
            print(asyncio.current_task() is next(iter(asyncio.all_tasks())))
            await work(2)
        asyncio.run(main())
        """,
    "a task as the program sees it": """
        import asyncio, inspect
        async def work():
            await asyncio.Event().wait()
        async def main():
            coroutine = work()
            task = asyncio.create_task(coroutine, name="mine")
            print(task.get_coro() is coroutine, task.get_name(), type(task).__name__, type(task) is asyncio.Task)
            print(inspect.iscoroutine(task.get_coro()), isinstance(task, asyncio.Future), asyncio.isfuture(task))
            await asyncio.sleep(0)
            print(repr(task).replace(__file__, "FILE").split("wait_for")[0])
            print([frame.f_code.co_name for frame in task.get_stack()])
            print(task.cancel("why"), task.cancelling())
            try:
                await task
            except asyncio.CancelledError as error:
                print(task.cancelled(), error.args)
            try:
                asyncio.create_task(5)
            except TypeError as error:
                print(error)
            print([frame.function for frame in inspect.stack() if frame.filename == __file__])
        asyncio.run(main())
        """,
    "tasks that are thrown away": """
        import asyncio, gc, weakref
        async def fail(): raise LookupError("gone")
        async def main():
            gc.disable()
            for work in (fail(), asyncio.sleep(0), asyncio.sleep(60)):
                task = asyncio.create_task(work)
                task.cancel() if work.__name__ == "sleep" else None
                await asyncio.wait([task])
                seen = weakref.ref(task)
                del task, work
                await asyncio.sleep(0)
                print(seen() is None)
        asyncio.run(main())
        """,
    "every primitive": """
        import asyncio
        async def main():
            lock, event, condition = asyncio.Lock(), asyncio.Event(), asyncio.Condition()
            permits, barrier = asyncio.BoundedSemaphore(1), asyncio.Barrier(2)
            queue, best = asyncio.Queue(1), asyncio.PriorityQueue()
            async def other():
                async with lock, permits:
                    event.set()
                    await asyncio.sleep(0.01)
                async with condition:
                    condition.notify_all()
                print("place", await barrier.wait() in (0, 1))
                for number in range(3):
                    await queue.put(number)
                await queue.join()
            task = asyncio.create_task(other())
            await event.wait()
            async with lock: print("lock", lock.locked())
            async with permits: print(permits.locked())
            async with condition:
                print(await asyncio.wait_for(condition.wait_for(lambda: True), 5))
            async with barrier as place:
                print(place in (0, 1))
            for _ in range(3):
                print(await queue.get()); queue.task_done()
            await task
            best.put_nowait(2); best.put_nowait(1)
            print(await best.get(), best.qsize(), lock.locked(), event.is_set(), queue.empty())
            try:
                permits.release()
            except ValueError as error:
                print(error)
            try:
                lock.release()
            except RuntimeError as error:
                print(error)
        asyncio.run(main())
        """,
    "time-outs and shields": """
        import asyncio
        async def slow():
            try:
                await asyncio.sleep(60)
            finally:
                print("cleaned up")
        async def main():
            for wait in (asyncio.timeout, asyncio.timeout_at):
                now = 0 if wait is asyncio.timeout else asyncio.get_running_loop().time()
                try:
                    async with wait(now + 0.01) as limit:
                        await slow()
                except TimeoutError as error:
                    print(repr(error), limit.expired())
            try:
                await asyncio.wait_for(slow(), 0.01)
            except TimeoutError as error:
                print(repr(error))
            task = asyncio.create_task(asyncio.sleep(0.02, "slept"))
            try:
                await asyncio.wait_for(asyncio.shield(task), 0.001)
            except TimeoutError:
                print(await task)
            done, pending = await asyncio.wait([asyncio.create_task(slow())], timeout=0.01)
            print(len(done), len(pending))
            for first in asyncio.as_completed([asyncio.sleep(0.001, 1), asyncio.sleep(0.03, 2)]):
                print(await first)
        asyncio.run(main())
        """,
    "a group with a failure": """
        import asyncio
        async def fail(): raise LookupError("gone")
        async def main():
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(asyncio.sleep(60))
                    group.create_task(fail(), name="failing")
            except* LookupError as errors:
                print(errors.exceptions)
            asyncio.create_task(fail())
            await asyncio.sleep(0)
        asyncio.run(main(), debug=False)
        """,
    "threads, pipes and other programs": """
        import asyncio, contextvars, threading
        async def main():
            print(await asyncio.to_thread(threading.current_thread) is not threading.main_thread())
            loop = asyncio.get_running_loop()
            print(await loop.run_in_executor(None, sum, (1, 2)))
            done = loop.create_future()
            threading.Timer(0.05, loop.call_soon_threadsafe, (done.set_result, 7)).start()
            print(await done)
            child = await asyncio.create_subprocess_exec("echo", "hello", stdout=asyncio.subprocess.PIPE)
            print(await child.communicate(), child.returncode)
            async def serve(reader, writer):
                writer.write(await reader.readline()); writer.close()
            server = await asyncio.start_server(serve, "127.0.0.1", 0)
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            await asyncio.sleep(0.05)
            writer.write(b"line\\n")
            print(await reader.read())
            writer.close(); server.close()
        asyncio.run(main())
        """,
    "a coroutine that is not awaited, generators, a child": """
        import asyncio, os
        async def numbers():
            for number in range(3):
                await asyncio.sleep(0)
                yield number
        async def main():
            numbers_ = [number async for number in numbers()]
            print(numbers_, flush=True)
            asyncio.sleep(1)
            if not (child := os.fork()):
                print("child", flush=True); os._exit(3)
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        asyncio.run(main())
        asyncio.run(main())
        """,
}
