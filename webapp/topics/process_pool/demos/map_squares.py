"""A pool squares a range of numbers: watch the list come in order, and
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
        results = pool.map(square, range(start, end + 1))
        pool.close()  # no more tasks: the workers may go
        pool.join()

    print("Pool:", [result for result, _ in results])
    shares = Counter(worker for _, worker in results)
    print("shares:", dict(sorted(shares.items())))


if __name__ == "__main__":
    main()
