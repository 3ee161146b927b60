"""Producers and consumers share one queue: watch who takes which item,
and how every consumer ends."""

import time
from queue import Queue
from threading import Thread

PRODUCE_SECONDS = 0.02  # to make an item
CONSUME_SECONDS = 0.1  # to use it


def produce(queue: Queue, producer: int, items: int) -> None:
    for number in range(1, items + 1):
        time.sleep(PRODUCE_SECONDS)
        queue.put(f"item {producer}.{number}")


def consume(queue: Queue, name: str) -> None:
    count = 0
    # get() waits while there is nothing; None says that this is all.
    while (item := queue.get()) is not None:
        print(f"{name}: got {item}")
        time.sleep(CONSUME_SECONDS)
        count += 1
    print(f"{name}: done, items: {count}")


def main(
    producers: int = 2, consumers: int = 3, items: int = 6
) -> None:
    queue = Queue()
    makers, takers = [], []
    for number in range(1, producers + 1):
        args = (queue, number, items)
        name = f"producer-{number}"
        makers.append(Thread(target=produce, name=name, args=args))
    for number in range(1, consumers + 1):
        name = f"consumer-{number}"
        args = (queue, name)
        takers.append(Thread(target=consume, name=name, args=args))
    for thread in makers + takers:
        thread.start()
    for thread in makers:
        thread.join()
    # Only now is it certain that no item will come behind a None.
    for _ in takers:
        queue.put(None)
    for thread in takers:
        thread.join()


if __name__ == "__main__":
    main()
