"""The first task takes longest, the last one least: watch in which
order the results arrive."""

import time
from concurrent.futures import ThreadPoolExecutor, as_completed

STEP = 0.15  # seconds


def work(task: int, steps: int) -> int:
    time.sleep(STEP * steps)
    print(f"task {task} is done")
    return task


def main(tasks: int = 5) -> None:
    with ThreadPoolExecutor(tasks) as pool:
        futures = [
            pool.submit(work, task, steps=tasks + 1 - task)
            for task in range(1, tasks + 1)
        ]
        for future in as_completed(futures):
            print(f"result of task {future.result()} arrived")


if __name__ == "__main__":
    main()
