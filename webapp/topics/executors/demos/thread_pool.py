"""A pool of threads works on many tasks: watch how many are begun at
once, and in which order the results come."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor


def work(task: int, seconds: float) -> str:
    print(f"task {task} begins")
    time.sleep(seconds)
    print(f"task {task} is done")
    return threading.current_thread().name


def main(
    tasks: int = 8, workers: int = 3, seconds: float = 0.2
) -> None:
    with ThreadPoolExecutor(workers) as pool:
        futures = [
            pool.submit(work, task, seconds)
            for task in range(1, tasks + 1)
        ]
        for task, future in enumerate(futures, start=1):
            # Waits for this one, even if later ones are done.
            print(f"result of task {task}: {future.result()}")


if __name__ == "__main__":
    main()
