"""Processes count together in shared memory and do not take its lock:
is the final number the expected one?"""

import multiprocessing
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Barrier


def add(increments: int, counter: Synchronized, start: Barrier) -> None:
    start.wait()  # so that they count at the same time
    for _ in range(increments):
        counter.value += 1  # a read, then a write


def main(
    processes: int = 2,
    increments: int = 50_000,
    start_method: str = "fork",
) -> None:
    context = multiprocessing.get_context(start_method)
    counter = context.Value("i", 0)
    start = context.Barrier(processes)
    children = [
        context.Process(target=add, args=(increments, counter, start))
        for _ in range(processes)
    ]
    for child in children:
        child.start()
    for child in children:
        child.join()

    expected = processes * increments
    print(f"expected: {expected}")
    print(f"final: {counter.value}")
    print(f"lost: {expected - counter.value}")


if __name__ == "__main__":
    main()
