"""One racer never comes: watch what the first timeout does to all who
wait at the barrier, however long they have been there."""

import time
from threading import Barrier, BrokenBarrierError, Thread

NAMES = ["Dewey", "Huey", "Louie", "Daisy", "Donald", "Scrooge"]


def run(
    name: str, seconds: float, barrier: Barrier, timeout: float
) -> None:
    time.sleep(seconds)
    print(f"{name} waits")
    began = time.perf_counter()
    try:
        barrier.wait(timeout)
        print(f"{name} goes on")
    except BrokenBarrierError:
        waited = time.perf_counter() - began
        print(f"{name} got BrokenBarrierError after {waited:.3f} s")


def go_home(name: str) -> None:
    print(f"{name} gives up the race and never comes")


def main(racers: int = 3, timeout_seconds: float = 0.5) -> None:
    barrier = Barrier(racers)
    *waiting, absent = NAMES[:racers]
    threads = [Thread(target=go_home, name=absent, args=(absent,))]
    for place, name in enumerate(waiting):
        # One after another, all within half of the timeout.
        seconds = place * timeout_seconds / 10
        args = (name, seconds, barrier, timeout_seconds)
        threads.append(Thread(target=run, name=name, args=args))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"broken: {barrier.broken}")


if __name__ == "__main__":
    main()
