"""A pool of processes squares numbers: watch the results come in order,
whichever process had which task."""

import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor


def square(number: int) -> int:
    print(f"task {number} in process {os.getpid()}")
    time.sleep(0.1)
    return number * number


def main(
    tasks: int = 6, workers: int = 2, start_method: str = "fork"
) -> None:
    context = multiprocessing.get_context(start_method)
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for result in pool.map(square, range(1, tasks + 1)):
            print(f"result: {result}")


if __name__ == "__main__":
    main()
