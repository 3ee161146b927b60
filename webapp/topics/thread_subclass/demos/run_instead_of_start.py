"""run() is called where start() is meant: watch which thread does the
work, and the ident of each."""

import time
from threading import Thread, current_thread

WORK_SECONDS = 0.2


class MyThread(Thread):
    def __init__(self, number: int) -> None:
        super().__init__(name=f"Thread#{number}")

    def run(self) -> None:
        print(f"run() of {self.name} is in {current_thread().name}")
        time.sleep(WORK_SECONDS)


def main(thread_count: int = 3) -> None:
    for number in range(1, thread_count + 1):
        thread = MyThread(number)
        thread.run()  # an ordinary call: main does the work itself
        print(f"{thread.name} was never started: ident {thread.ident}")


if __name__ == "__main__":
    main()
