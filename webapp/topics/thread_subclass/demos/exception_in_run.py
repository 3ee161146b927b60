"""One run() raises an exception: watch its traceback, the other
threads, and what join() does."""

import time
from threading import Thread

WORK_SECONDS = 0.2


class MyThread(Thread):
    def __init__(self, number: int, *, fails: bool) -> None:
        super().__init__(name=f"Thread#{number}")
        self.fails = fails

    def run(self) -> None:
        print(f"---> {self.name} running")
        if self.fails:
            raise ValueError(f"{self.name} cannot go on")
        time.sleep(WORK_SECONDS)
        print(f"---> {self.name} over")


def main(raise_in: int = 2, thread_count: int = 3) -> None:
    threads = [
        MyThread(number, fails=number == raise_in)
        for number in range(1, thread_count + 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()  # waits for its end
        print(f"main: joined {thread.name}")


if __name__ == "__main__":
    main()
