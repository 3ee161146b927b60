"""The same count, each read, window and write under one lock: watch the
final number, and try each window."""

import time
from threading import Lock, Thread

lock = Lock()
counter = 0


def do_nothing() -> None:
    """What the window "call" calls."""


def add(increments: int, window: str) -> None:
    global counter
    for _ in range(increments):
        with lock:
            value = counter  # read
            if window == "call":
                do_nothing()
            elif window == "yield":
                time.sleep(0)  # others run, but none of them gets in
            counter = value + 1  # write


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
