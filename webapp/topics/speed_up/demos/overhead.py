"""Many tasks of one size, serially and by a pool: watch from which size
on the pool pays for its start and for each task's journey."""

import multiprocessing
import time


def square(number: int, task_ms: float) -> int:
    # Computes until it has had so much processor time.
    until = time.thread_time() + task_ms / 1000
    while time.thread_time() < until:
        pass
    return number * number


def main(
    task_ms: float = 1.0, tasks: int = 50, workers: int = 2
) -> None:
    arguments = [(number, task_ms) for number in range(1, tasks + 1)]

    began = time.perf_counter()
    total = sum(square(*pair) for pair in arguments)
    serial = time.perf_counter() - began
    print(f"serial: sum {total}, took {serial:.4f} s")

    began = time.perf_counter()
    with multiprocessing.Pool(workers) as pool:
        started = time.perf_counter() - began
        # One by one: each task is a journey to a worker and back.
        total = sum(pool.starmap(square, arguments, chunksize=1))
        pool.close()
        pool.join()
    pooled = time.perf_counter() - began
    print(f"pool: sum {total}, took {pooled:.4f} s")
    print(f"starting the pool took {started:.4f} s of it")
    print(f"speed-up: {serial / pooled:.2f}, ideal: {workers}")


if __name__ == "__main__":
    main()
