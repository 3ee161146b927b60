"""Each thread keeps its two messages until it is done: watch who prints
a line, and which thread it is about."""

import time
from queue import Queue
from threading import Thread, current_thread

NAMES = ("function_A", "function_B", "function_C")

reports = Queue()


def work(seconds: float) -> None:
    name = current_thread().name  # main could not ask this for us
    messages = [f"{name}--> starting"]
    time.sleep(seconds)
    messages.append(f"{name}--> exiting")
    reports.put(messages)


def main(thread_count: int = 3, unit_seconds: float = 0.3) -> None:
    threads = [
        Thread(target=work, name=name, args=(units * unit_seconds,))
        for units, name in enumerate(NAMES[:thread_count], start=1)
    ]
    for thread in threads:
        thread.start()
    for _ in threads:
        for message in reports.get():  # waits for the next to be done
            print(message)
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
