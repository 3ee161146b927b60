"""More workers than connections: watch how many are connected at once,
and how long the whole takes."""

import time
from threading import Lock, Semaphore, Thread

lock = Lock()
connected = 0
most_at_once = 0


def count(change: int) -> None:
    # A semaphore lets several in, so what they share needs a lock.
    global connected, most_at_once
    with lock:
        connected += change
        most_at_once = max(most_at_once, connected)


def work(
    number: int, connections: Semaphore, hold_seconds: float
) -> None:
    with connections:
        count(+1)
        print(f"worker {number} connects")
        time.sleep(hold_seconds)
        print(f"worker {number} disconnects")
        count(-1)


def main(
    permits: int = 2, workers: int = 6, hold_seconds: float = 0.3
) -> None:
    connections = Semaphore(permits)
    threads = [
        Thread(
            target=work,
            name=f"worker-{number}",
            args=(number, connections, hold_seconds),
        )
        for number in range(1, workers + 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"most at once: {most_at_once}")


if __name__ == "__main__":
    main()
