"""Threads count together without a lock: is the final number the
expected one? The window is what lies between a read and its write."""

import time
from threading import Thread

counter = 0


def do_nothing() -> None:
    """What the window "call" calls."""


def add(increments: int, window: str) -> None:
    global counter
    for _ in range(increments):
        value = counter  # read
        if window == "call":
            do_nothing()
        elif window == "yield":
            time.sleep(0)  # lets another thread run, here and now
        counter = value + 1  # write: what others wrote since is lost


def main(
    thread_count: int = 4, increments: int = 200, window: str = "yield"
) -> None:
    global counter
    counter = 0
    threads = [
        Thread(target=add, args=(increments, window))
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
