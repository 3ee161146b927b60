"""The same class without the sleep: watch whether a thread is over
before the next one runs, and run it again."""

import os
import time
from threading import Thread


class MyThread(Thread):
    def __init__(self, number: int) -> None:
        super().__init__(name=f"Thread#{number}")

    def run(self) -> None:
        print(
            f"---> {self.name} running,"
            f" belonging to process ID {os.getpid()}"
        )
        print(f"---> {self.name} over")


def main(thread_count: int = 5) -> None:
    began = time.perf_counter()
    threads = [
        MyThread(number) for number in range(1, thread_count + 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    print("End")
    print(f"--- {time.perf_counter() - began} seconds ---")


if __name__ == "__main__":
    main()
