"""Workers go round and round until an event is set: watch how long each
of them still works after that."""

import time
from threading import Event, Thread

ROUND = 0.2  # seconds

stop = Event()


def work(number: int) -> None:
    rounds = 0
    while not stop.is_set():  # looks once a round
        time.sleep(ROUND)  # a piece of work
        rounds += 1
    print(f"worker {number}: stops after round {rounds}")


def main(workers: int = 3, after_seconds: float = 0.5) -> None:
    threads = [
        Thread(target=work, name=f"worker-{number}", args=(number,))
        for number in range(1, workers + 1)
    ]
    for thread in threads:
        thread.start()
    time.sleep(after_seconds)
    print("main: sets the event")
    stop.set()
    print("main: the event is set")
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
