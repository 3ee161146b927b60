"""Take many steps of one kind in one thread, and print how many nanoseconds they took."""

import asyncio
import queue
import threading
from time import perf_counter_ns

lock = threading.Lock()
numbers: queue.Queue[int] = queue.Queue()


def locks(turns: int) -> None:
    for _ in range(turns):
        with lock:
            pass


def prints(turns: int) -> None:
    for number in range(turns):
        print("my func called by thread", number)


def queues(turns: int) -> None:
    for number in range(turns):
        numbers.put(number)
        numbers.get()


def mixture(turns: int) -> None:
    for number in range(turns):
        produce(number)


def produce(number: int) -> None:
    numbers.put(number)
    consume()


def consume() -> None:
    report(numbers.get())


def report(number: int) -> None:
    with lock:
        print("my func called by thread", number)


def task_steps(turns: int) -> None:
    asyncio.run(take_turns(turns))


async def take_turns(turns: int) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)


def task_locks(turns: int) -> None:
    asyncio.run(hold_in_turns(turns))


async def hold_in_turns(turns: int) -> None:
    lock = asyncio.Lock()
    for _ in range(turns):
        async with lock:
            pass


def locks_beside_a_thread_that_computes(turns: int) -> None:
    computing = threading.Thread(target=compute, daemon=True)
    computing.start()
    locks(turns)


def compute() -> None:
    while True:
        pass


def main(steps: str = "locks", turns: int = 1000) -> None:
    take_steps = globals()[steps]
    began = perf_counter_ns()
    take_steps(turns)
    print("took", perf_counter_ns() - began)


if __name__ == "__main__":
    main()
