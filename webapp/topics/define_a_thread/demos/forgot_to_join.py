"""Main never joins its threads: watch how many results it counts, and
what the threads do then."""

import time
from threading import Thread

results: list[int] = []


def work(number: int, seconds: float) -> None:
    print(f"thread {number} begins")
    time.sleep(seconds)
    results.append(number)
    print(f"thread {number} ends")


def main(thread_count: int = 3, work_seconds: float = 0.2) -> None:
    for number in range(thread_count):
        Thread(target=work, args=(number, work_seconds)).start()
    # Nobody waited: the threads are still at work.
    print(f"main: {len(results)} of {thread_count} results, goodbye")


if __name__ == "__main__":
    main()
