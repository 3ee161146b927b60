"""Each thread is joined before the next one is started: watch which of
them run together, and the time."""

import time
from threading import Thread


def work(number: int, seconds: float) -> None:
    print(f"thread {number} begins")
    time.sleep(seconds)
    print(f"thread {number} ends")


def main(thread_count: int = 5, work_seconds: float = 0.2) -> None:
    began = time.perf_counter()
    for number in range(thread_count):
        thread = Thread(target=work, args=(number, work_seconds))
        thread.start()
        # Main waits here: no other thread exists in the meantime.
        thread.join()
    took = time.perf_counter() - began
    print(f"main: all done after {took:.2f} s")


if __name__ == "__main__":
    main()
