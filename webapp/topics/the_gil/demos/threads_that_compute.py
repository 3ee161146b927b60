"""Threads share a computation: watch both ways find the same number of
primes, and look at how many cores the threads use."""

import os
import sys
import time
from threading import Thread

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


def work_on(numbers: range, counts: list[int]) -> None:
    counts.append(count_primes(numbers))


def main(workers: int = 2, work: int = 3) -> None:
    size = work * 24_000 // workers
    numbers = range(FIRST, FIRST + size * workers)
    shares = [range(first, first + size) for first in numbers[::size]]

    began = time.perf_counter()
    count = count_primes(numbers)
    serial = time.perf_counter() - began
    print(f"serial: {count} primes, took {serial:.3f} s")

    counts: list[int] = []
    threads = [
        Thread(target=work_on, args=(share, counts)) for share in shares
    ]
    began, cpu = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cpu = time.process_time() - cpu  # of the whole process
    took = time.perf_counter() - began
    print(f"threads: {sum(counts)} primes, took {took:.3f} s")
    print(f"all threads together used {cpu:.3f} s of a processor")
    print(f"cores in use: {cpu / took:.2f}")
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    print(f"GIL: {'on' if gil else 'off'}")
    hoped_for = min(workers, os.cpu_count() or 1)
    print(f"speed-up: {serial / took:.2f}, hoped for: {hoped_for}")


if __name__ == "__main__":
    main()
