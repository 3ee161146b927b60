"""The queue has room for maxsize items and the consumer is slow: watch
how long the producer waits for room."""

import multiprocessing
import time
from multiprocessing.queues import Queue

WORK_SECONDS = 0.1


def produce(queue: Queue, n: int) -> None:
    began = time.perf_counter()
    for item in range(1, n + 1):
        asked = time.perf_counter()
        queue.put(item)  # waits while the queue is full
        waited = time.perf_counter() - asked
        print(f"producer: put item {item}, waited {waited:.2f} s")
    took = time.perf_counter() - began
    print(f"producer: done after {took:.3f} s")


def consume(queue: Queue, n: int) -> None:
    for _ in range(n):
        print(f"consumer: got item {queue.get()}")
        time.sleep(WORK_SECONDS)


def main(
    n: int = 8, maxsize: int = 2, start_method: str = "fork"
) -> None:
    context = multiprocessing.get_context(start_method)
    queue = context.Queue(maxsize)
    processes = [
        context.Process(
            target=produce, name="producer", args=(queue, n)
        ),
        context.Process(
            target=consume, name="consumer", args=(queue, n)
        ),
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


if __name__ == "__main__":
    main()
