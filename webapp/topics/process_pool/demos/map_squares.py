"""A pool squares a range of numbers: watch the order of the list, and
how the numbers were shared out among the workers."""

import multiprocessing
from collections import Counter


def square(number: int) -> tuple[int, str]:
    worker = multiprocessing.current_process().name
    return number * number, worker


def main(
    start: int = 0,
    end: int = 100,
    processes: int = 4,
    start_method: str = "fork",
) -> None:
    context = multiprocessing.get_context(start_method)
    with context.Pool(processes) as pool:
        workers = multiprocessing.active_children()
        results = pool.map(square, range(start, end + 1))
        pool.close()  # no more tasks: the workers may go
        pool.join()

    print("Pool:", [result for result, _ in results])
    counted = Counter(worker for _, worker in results)
    names = sorted(worker.name for worker in workers)
    print("shares:", {name: counted[name] for name in names})


if __name__ == "__main__":
    main()
