"""One barrier ends every lap: watch nobody begin a lap before all have
finished the one before."""

import time
from threading import Barrier, Thread

NAMES = ["Dewey", "Huey", "Louie", "Daisy", "Donald", "Scrooge"]
SLOWEST_SECONDS = 0.2


def all_are_here() -> None:
    """One of the racers runs this, before any of them may go on."""
    print("all are here")


def run(racer: int, laps: int, barrier: Barrier) -> None:
    for lap in range(1, laps + 1):
        print(f"{NAMES[racer]} begins lap {lap}")
        # In each lap it is another one's turn to be the slowest.
        place = (racer + lap) % barrier.parties + 1
        time.sleep(SLOWEST_SECONDS * place / barrier.parties)
        print(f"{NAMES[racer]} finished lap {lap}")
        barrier.wait()


def main(racers: int = 3, laps: int = 3) -> None:
    barrier = Barrier(racers, action=all_are_here)
    threads = [
        Thread(
            target=run, name=NAMES[racer], args=(racer, laps, barrier)
        )
        for racer in range(racers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
