"""Threads start in an order of your choice, and the higher the number,
the longer the sleep: watch the order in which they end."""

import os
import time
from threading import Event, Thread


class MyThread(Thread):
    def __init__(self, number: int, sleep_seconds: float) -> None:
        super().__init__(name=f"Thread#{number}")
        self.sleep_seconds = sleep_seconds
        self.running = Event()

    def run(self) -> None:
        print(
            f"---> {self.name} running,"
            f" belonging to process ID {os.getpid()}"
        )
        self.running.set()
        time.sleep(self.sleep_seconds)
        print(f"---> {self.name} over")


def main(
    order: tuple[int, ...] = (2, 5, 1, 6, 7, 3, 9, 8, 4),
    thread_count: int = 9,
    step_seconds: float = 0.1,
) -> None:
    began = time.perf_counter()
    threads = [
        MyThread(number, 2 * step_seconds + number * step_seconds)
        for number in order[:thread_count]
    ]
    for thread in threads:
        thread.start()
        thread.running.wait()  # start() alone promises no order
    for thread in threads:
        thread.join()

    print("End")
    print(f"--- {time.perf_counter() - began:.2f} seconds ---")


if __name__ == "__main__":
    main()
