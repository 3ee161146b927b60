"""Processes share the same computation: watch each count its part in an
interpreter of its own, and compare the speed-up with the ideal."""

import multiprocessing
import os
import time
from multiprocessing.queues import SimpleQueue

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


def work_on(numbers: range, results: SimpleQueue) -> None:
    began = time.process_time()
    count = count_primes(numbers)
    print(f"process {os.getpid()}: {count} primes")
    results.put((count, time.process_time() - began))


def main(
    workers: int = 2, work: int = 3, start_method: str = "fork"
) -> None:
    context = multiprocessing.get_context(start_method)
    size = work * 24_000 // workers
    numbers = range(FIRST, FIRST + size * workers)

    began = time.perf_counter()
    count = count_primes(numbers)
    serial = time.perf_counter() - began
    print(f"serial: {count} primes, took {serial:.3f} s")

    began = time.perf_counter()
    results = context.SimpleQueue()
    processes = []
    for first in numbers[::size]:
        process = context.Process(
            target=work_on, args=(range(first, first + size), results)
        )
        process.start()
        processes.append(process)
    counts, cpu = zip(*(results.get() for _ in processes), strict=True)
    for process in processes:
        process.join()
    took = time.perf_counter() - began
    print(f"processes: {sum(counts)} primes, took {took:.3f} s")
    print(f"cores in use: {sum(cpu) / took:.2f}")
    ideal = min(workers, os.cpu_count() or 1)
    print(f"speed-up: {serial / took:.2f}, ideal: {ideal}")


if __name__ == "__main__":
    main()
