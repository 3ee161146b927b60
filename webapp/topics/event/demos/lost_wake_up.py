"""Main sets an event and clears it soon after: watch which of the
workers go on at it, and which later."""

import random
import time
from threading import Event, Thread

signal = Event()
sent = 0  # signals so far


def work(number: int, busy: float) -> None:
    time.sleep(random.uniform(0, busy))  # between two waits
    print(f"worker {number}: waits")
    signal.wait()
    print(f"worker {number}: goes on at signal {sent}")


def main(workers: int = 6, busy_ms: int = 100, gap_ms: int = 0) -> None:
    global sent
    busy = busy_ms / 1000
    threads = [
        Thread(target=work, name=f"worker-{n}", args=(n, busy))
        for n in range(1, workers + 1)
    ]
    for thread in threads:
        thread.start()
    time.sleep(busy / 2)
    sent = 1
    print("main: signal 1")
    signal.set()
    time.sleep(gap_ms / 1000)
    signal.clear()  # who comes now, comes too late
    time.sleep(0.3)
    sent = 2
    print("main: signal 2")
    signal.set()  # stays set, so that everybody ends
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
