"""The same computation by one process and by a pool: watch the sums
agree, and compare the speed-up with the ideal."""

import multiprocessing
import os
import time

BLOCKS = 12


def sum_of_squares(block: range) -> int:
    total = 0
    for number in block:
        total += number * number
    return total


def main(
    work: int = 3, processes: int = 2, start_method: str = "fork"
) -> None:
    context = multiprocessing.get_context(start_method)
    size = work * 300_000
    blocks = [
        range(first, first + size)
        for first in range(0, BLOCKS * size, size)
    ]

    began = time.perf_counter()
    total = sum(map(sum_of_squares, blocks))
    serial = time.perf_counter() - began
    print(f"serial: sum {total}, took {serial:.3f} s")

    began = time.perf_counter()
    with context.Pool(processes) as pool:
        total = sum(pool.map(sum_of_squares, blocks))
        pool.close()  # no more tasks: the workers may go
        pool.join()
    pooled = time.perf_counter() - began
    print(f"pool: sum {total}, took {pooled:.3f} s")

    cores = os.cpu_count() or 1
    print(f"{processes} processes on {cores} cores")
    ideal = min(processes, cores)
    print(f"speed-up: {serial / pooled:.2f}, ideal: {ideal}")


if __name__ == "__main__":
    main()
