"""The queue has room for maxsize items and the consumer is slow: watch
how long the producer waits for room."""

import time
from queue import Queue
from threading import Thread

WORK_SECONDS = 0.1


def produce(queue: Queue, items: int) -> None:
    began = time.perf_counter()
    for item in range(1, items + 1):
        asked = time.perf_counter()
        queue.put(item)  # waits while the queue is full
        waited = time.perf_counter() - asked
        print(f"producer: put item {item}, waited {waited:.2f} s")
    took = time.perf_counter() - began
    print(f"producer: done after {took:.3f} s")


def consume(queue: Queue, items: int) -> None:
    for _ in range(items):
        print(f"consumer: got item {queue.get()}")
        time.sleep(WORK_SECONDS)


def main(maxsize: int = 2, items: int = 8) -> None:
    queue = Queue(maxsize)
    threads = [
        Thread(target=produce, name="producer", args=(queue, items)),
        Thread(target=consume, name="consumer", args=(queue, items)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
