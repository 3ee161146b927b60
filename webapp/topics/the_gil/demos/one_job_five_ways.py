"""One job in five ways: watch every way that this Python has find the
same number of primes, and compare their times."""

import sys
import time
from concurrent.futures import (
    Executor,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)

if sys.version_info >= (3, 14):
    from concurrent.futures import InterpreterPoolExecutor

FIRST = 1_000_000


def count_primes(numbers: range) -> int:
    count = 0
    for number in numbers:
        for divisor in range(2, int(number**0.5) + 1):
            if number % divisor == 0:
                break
        else:
            count += 1
    return count


def run(way: str, pool: Executor | None, shares: list[range]) -> None:
    began = time.perf_counter()
    if pool is None:
        count = sum(map(count_primes, shares))
    else:
        with pool:  # workers start with the first tasks: that is timed
            count = sum(pool.map(count_primes, shares))
    took = time.perf_counter() - began
    print(f"{way}: {count} primes, took {took:.3f} s")


def main(work: int = 3, workers: int = 2) -> None:
    size = work * 24_000 // workers
    numbers = range(FIRST, FIRST + size * workers)
    shares = [range(first, first + size) for first in numbers[::size]]
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    on, off = ("on", "off") if gil else ("off", "on")

    run("serial", None, shares)
    run(f"threads, GIL {on}", ThreadPoolExecutor(workers), shares)
    print(f"threads, GIL {off}: not here, the GIL is {on}")
    run("processes", ProcessPoolExecutor(workers), shares)
    if sys.version_info >= (3, 14):
        pool = InterpreterPoolExecutor(workers)
        run("interpreters", pool, shares)
    else:
        print("interpreters: not here, they need Python 3.14")


if __name__ == "__main__":
    main()
