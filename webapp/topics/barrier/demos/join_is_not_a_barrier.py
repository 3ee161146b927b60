"""The same race without the barrier: the main thread joins all racers.
Watch when each of them leaves."""

import random
import time
from threading import Thread

NAMES = ["Dewey", "Huey", "Louie", "Daisy", "Donald", "Scrooge"]


def run(name: str, seconds: float) -> None:
    time.sleep(seconds)
    print(f"{name} reached the line at: {time.ctime()}")
    # Nothing holds a racer up here.
    print(f"{name} left the line at: {time.ctime()}")


def main(racers: int = 3, slowest_seconds: float = 1.0) -> None:
    times = [
        slowest_seconds * place / racers
        for place in range(1, racers + 1)
    ]
    random.shuffle(times)
    threads = [
        Thread(target=run, name=name, args=(name, seconds))
        for name, seconds in zip(NAMES[:racers], times, strict=True)
    ]
    print("START RACE!!!!")
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()  # the main thread waits, not the racers
    print("Race over!")


if __name__ == "__main__":
    main()
