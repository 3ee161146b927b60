"""Every thread makes a lock of its own and takes that: watch how long
anyone waits for a lock, and look at the final number."""

import time
from threading import Lock, Thread

counter = 0


def do_nothing() -> None:
    """What the window "call" calls."""


def add(increments: int, window: str) -> None:
    global counter
    own_lock = Lock()  # a new lock in each thread: nobody else has it
    for _ in range(increments):
        with own_lock:
            value = counter  # read
            if window == "call":
                do_nothing()
            elif window == "yield":
                time.sleep(0)  # lets another thread run, here and now
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
