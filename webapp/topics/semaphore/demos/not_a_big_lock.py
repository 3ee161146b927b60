"""Every increment is made with a permit in hand: watch the final number
with two permits, and then with one."""

import time
from threading import Semaphore, Thread

counter = 0


def add(increments: int, semaphore: Semaphore) -> None:
    global counter
    for _ in range(increments):
        with semaphore:
            value = counter  # read
            time.sleep(0)  # lets another thread run, here and now
            counter = value + 1  # write: what was written since is lost


def main(
    thread_count: int = 4, increments: int = 100, permits: int = 2
) -> None:
    global counter
    counter = 0
    semaphore = Semaphore(permits)
    threads = [
        Thread(target=add, args=(increments, semaphore))
        for _ in range(thread_count)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    expected = thread_count * increments
    print(f"expected: {expected}")
    print(f"final: {counter}")
    print(f"lost: {expected - counter}")


if __name__ == "__main__":
    main()
