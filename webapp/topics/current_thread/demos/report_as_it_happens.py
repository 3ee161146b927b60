"""One function runs in three threads: watch which thread prints a line,
and how it knows its name."""

import time
from threading import Event, Thread, current_thread

NAMES = ("function_A", "function_B", "function_C")


def work(seconds: float, started: Event) -> None:
    name = current_thread().name
    print(f"{name}--> starting")
    started.set()
    time.sleep(seconds)
    print(f"{name}--> exiting")


def main(thread_count: int = 3, unit_seconds: float = 0.3) -> None:
    threads = []
    for units, name in enumerate(NAMES[:thread_count], start=1):
        started = Event()
        thread = Thread(
            target=work,
            name=name,
            args=(units * unit_seconds, started),
        )
        thread.start()
        started.wait()  # start() alone promises no order
        threads.append(thread)
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
