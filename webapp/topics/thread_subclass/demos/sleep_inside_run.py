"""A subclass of Thread says in run() what its threads do: watch when
the first one is over, and the time of the whole."""

import os
import time
from threading import Thread


class MyThread(Thread):
    def __init__(self, number: int, sleep_seconds: float) -> None:
        super().__init__(name=f"Thread#{number}")
        self.sleep_seconds = sleep_seconds

    def run(self) -> None:
        print(
            f"---> {self.name} running,"
            f" belonging to process ID {os.getpid()}"
        )
        time.sleep(self.sleep_seconds)
        print(f"---> {self.name} over")


def main(thread_count: int = 5, sleep_seconds: float = 1.0) -> None:
    began = time.perf_counter()
    threads = [
        MyThread(number, sleep_seconds)
        for number in range(1, thread_count + 1)
    ]
    for thread in threads:
        thread.start()  # which calls run() in the new thread
    for thread in threads:
        thread.join()

    print("End")
    print(f"--- {time.perf_counter() - began} seconds ---")


if __name__ == "__main__":
    main()
