"""Producers wait for room and consumers wait for items, each on their
own condition, both on one lock: watch how full the buffer is."""

import time
from threading import Condition, Lock, Thread

USE = 0.1  # seconds that a consumer spends on an item

buffer: list[int] = []
lock = Lock()
not_full = Condition(lock)
not_empty = Condition(lock)


def produce(numbers: range, capacity: int) -> None:
    for item in numbers:
        with lock:
            while len(buffer) == capacity:
                not_full.wait()  # gives up the lock while it waits
            buffer.append(item)
            print(f"put item {item}, in the buffer: {len(buffer)}")
            not_empty.notify()  # it is a consumer that can go on


def consume(numbers: range) -> None:
    for _ in numbers:  # as many as there are numbers
        with lock:
            while not buffer:
                not_empty.wait()
            item = buffer.pop(0)
            print(f"took item {item}, in the buffer: {len(buffer)}")
            not_full.notify()  # it is a producer that can go on
        time.sleep(USE)


def main(
    capacity: int = 2,
    producers: int = 2,
    consumers: int = 2,
    items: int = 8,
) -> None:
    threads = []
    for first in range(1, producers + 1):
        share = range(first, items + 1, producers)
        name, args = f"producer-{first}", (share, capacity)
        threads.append(Thread(target=produce, name=name, args=args))
    for first in range(1, consumers + 1):
        share = range(first, items + 1, consumers)
        name = f"consumer-{first}"
        threads.append(Thread(target=consume, name=name, args=(share,)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
