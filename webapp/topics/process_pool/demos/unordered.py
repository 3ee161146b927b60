"""Long and short tasks for a few workers: watch the order in which they
are done, and that of their results."""

import multiprocessing
import time


def work(task: int) -> int:
    # Tasks 1, 4, 7 … are long, all others short.
    time.sleep(0.4 if task % 3 == 1 else 0.1)
    print(f"task {task} is done")
    return task


def main(
    tasks: int = 8, processes: int = 2, start_method: str = "fork"
) -> None:
    context = multiprocessing.get_context(start_method)
    with context.Pool(processes) as pool:
        for task in pool.imap_unordered(work, range(1, tasks + 1)):
            print(f"result of task {task} arrived")
        pool.close()  # no more tasks: the workers may go
        pool.join()


if __name__ == "__main__":
    main()
