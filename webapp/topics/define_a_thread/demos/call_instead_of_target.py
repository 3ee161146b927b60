"""Each thread is given work(number) as its target: watch which thread
prints, and how long it takes."""

import time
from threading import Thread, current_thread

WORK_SECONDS = 0.2


def work(number: int) -> None:
    print(f"work {number} runs in {current_thread().name}")
    time.sleep(WORK_SECONDS)


def main(thread_count: int = 3) -> None:
    threads = []
    for number in range(thread_count):
        # work() returns None: a thread without a target does nothing.
        thread = Thread(target=work(number))
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
