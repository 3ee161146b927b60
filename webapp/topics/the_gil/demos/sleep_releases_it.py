"""Threads sleep beside one that counts all the while: watch the sleeps,
and how far the counter moves during each of them."""

import time
from threading import Thread

counter = 0
counting = True


def count() -> None:
    global counter
    while counting:
        counter += 1


def sleep(number: int, sleep_seconds: float) -> None:
    before = counter
    time.sleep(sleep_seconds)  # without the GIL
    moved = counter - before
    print(f"sleeper {number}: the counter moved by {moved}")


def main(sleepers: int = 5, sleep_seconds: float = 0.5) -> None:
    global counter, counting
    counter, counting = 0, True
    busy = Thread(target=count, name="counter")
    busy.start()
    threads = [
        Thread(
            target=sleep,
            name=f"sleeper-{number}",
            args=(number, sleep_seconds),
        )
        for number in range(1, sleepers + 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counting = False
    busy.join()
    print(f"counted to {counter}")


if __name__ == "__main__":
    main()
