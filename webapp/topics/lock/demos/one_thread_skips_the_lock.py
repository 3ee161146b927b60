"""All threads but one take the lock before they count: watch whether
that is enough."""

import time
from threading import Lock, Thread

lock = Lock()
counter = 0


def do_nothing() -> None:
    """What the window "call" calls."""


def add_once(window: str) -> None:
    global counter
    value = counter  # read
    if window == "call":
        do_nothing()
    elif window == "yield":
        time.sleep(0)  # lets another thread run, here and now
    counter = value + 1  # write


def careful(increments: int, window: str) -> None:
    for _ in range(increments):
        with lock:
            add_once(window)


def rogue(increments: int, window: str) -> None:
    for _ in range(increments):
        add_once(window)  # nothing stops it


def main(
    thread_count: int = 4, increments: int = 200, window: str = "yield"
) -> None:
    global counter
    counter = 0
    work = [rogue] + [careful] * (thread_count - 1)
    threads = [
        Thread(target=add, args=(increments, window)) for add in work
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
