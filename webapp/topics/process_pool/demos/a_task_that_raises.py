"""One of five tasks raises: watch what map() gives then, and what
apply_async() gives."""

import multiprocessing
from functools import partial

TASKS = range(1, 6)


def divide(bad: int, task: int) -> float:
    return 12 / (task - bad)  # by zero, for the bad task


def report(error: BaseException) -> None:
    print(f"apply_async: {error!r}")


def main(
    bad: int = 3, processes: int = 2, start_method: str = "fork"
) -> None:
    context = multiprocessing.get_context(start_method)
    work = partial(divide, bad)
    with context.Pool(processes) as pool:
        try:
            print("map:", pool.map(work, TASKS))
        except ZeroDivisionError as error:
            print(f"map: {error!r}")
            # Its cause says where it was raised in the worker.
            print(f"map: caused by {error.__cause__}")

        promised = [
            pool.apply_async(work, (task,), error_callback=report)
            for task in TASKS
        ]
        for task, result in zip(TASKS, promised, strict=True):
            result.wait()  # get() would raise for the bad task
            if result.successful():
                print(f"task {task}: {result.get()}")
            else:
                print(f"task {task}: no result")
        pool.close()  # no more tasks: the workers may go
        pool.join()


if __name__ == "__main__":
    main()
