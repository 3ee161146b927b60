"""Each thread sleeps while it holds the lock: watch the order of the
lines, and how the time grows with the threads."""

import os
import time
from threading import Lock, Thread

lock = Lock()


def work(number: int, sleep_seconds: float) -> None:
    with lock:
        print(
            f"---> Thread#{number} running,"
            f" belonging to process ID {os.getpid()}"
        )
        time.sleep(sleep_seconds)
        print(f"---> Thread#{number} over")


def main(thread_count: int = 3, sleep_seconds: float = 0.5) -> None:
    began = time.perf_counter()
    threads = [
        Thread(
            target=work,
            name=f"Thread#{number}",
            args=(number, sleep_seconds),
        )
        for number in range(1, thread_count + 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    print("End")
    print(f"--- {time.perf_counter() - began} seconds ---")


if __name__ == "__main__":
    main()
