"""The same small work by every start method in turn: watch the sums
agree and the times differ."""

import multiprocessing
import time
from multiprocessing.queues import Queue


def square(number: int, results: Queue) -> None:
    results.put(number * number)


def sum_of_squares(num: int, start_method: str) -> int:
    context = multiprocessing.get_context(start_method)
    results = context.Queue()
    processes = [
        context.Process(target=square, args=(number, results))
        for number in range(1, num + 1)
    ]
    for process in processes:
        process.start()
    total = sum(results.get() for _ in processes)
    for process in processes:
        process.join()
    return total


def main(num: int = 3) -> None:
    # On Linux and macOS all three; on Windows only spawn.
    for start_method in multiprocessing.get_all_start_methods():
        began = time.perf_counter()
        total = sum_of_squares(num, start_method)
        took = (time.perf_counter() - began) * 1000
        print(f"{start_method}: sum {total}, took {took:.1f} ms")


if __name__ == "__main__":
    main()
