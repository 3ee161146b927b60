"""The same count in shared memory, each read and write under one hold
of its lock: watch the final number."""

import multiprocessing
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Barrier


def add(increments: int, counter: Synchronized, start: Barrier) -> None:
    start.wait()  # so that they count at the same time
    for _ in range(increments):
        with counter.get_lock():
            counter.value += 1  # nobody gets in between


def main(
    processes: int = 2,
    increments: int = 5000,
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
