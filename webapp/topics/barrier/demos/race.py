"""Racers reach a barrier one by one: watch when each of them leaves it,
and in which order."""

import random
import time
from threading import Barrier, Thread

NAMES = ["Dewey", "Huey", "Louie", "Daisy", "Donald", "Scrooge"]


def run(name: str, seconds: float, barrier: Barrier) -> None:
    time.sleep(seconds)
    print(f"{name} reached the barrier at: {time.ctime()}")
    barrier.wait()
    print(f"{name} left the barrier at: {time.ctime()}")


def main(racers: int = 3, slowest_seconds: float = 1.0) -> None:
    barrier = Barrier(racers)
    # Evenly spaced, the last one being the slowest; who gets which
    # time is drawn by lot.
    times = [
        slowest_seconds * place / racers
        for place in range(1, racers + 1)
    ]
    random.shuffle(times)
    threads = [
        Thread(target=run, name=name, args=(name, seconds, barrier))
        for name, seconds in zip(NAMES[:racers], times, strict=True)
    ]
    print("START RACE!!!!")
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("Race over!")


if __name__ == "__main__":
    main()
