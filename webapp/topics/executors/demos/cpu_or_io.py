"""The same tasks by threads and by processes: watch both give the same
results, and which way is quicker for computing and for waiting."""

import time
from concurrent.futures import (
    Executor,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)

FIRST = 1_000_000


def compute(task: int) -> int:
    """Count primes: needs a processor all the time."""
    count = 0
    start = FIRST + task * 24_000
    for number in range(start, start + 24_000):
        for divisor in range(2, int(number**0.5) + 1):
            if number % divisor == 0:
                break
        else:
            count += 1
    return count


def wait(task: int) -> int:
    """Sleep, as if waiting for a disk or a server."""
    time.sleep(0.1)
    return task


def run(way: str, pool: Executor, kind: str, tasks: int) -> None:
    began = time.perf_counter()
    with pool:
        function = compute if kind == "cpu" else wait
        results = list(pool.map(function, range(tasks)))
    took = time.perf_counter() - began
    print(f"{way}: results {results}, took {took:.3f} s")


def main(kind: str = "cpu", workers: int = 2, tasks: int = 4) -> None:
    run("threads", ThreadPoolExecutor(workers), kind, tasks)
    run("processes", ProcessPoolExecutor(workers), kind, tasks)


if __name__ == "__main__":
    main()
