"""A producer and a slower consumer share a queue: watch each item enter
and leave, and the size of the queue."""

import multiprocessing
import random
import time
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Lock


def produce(queue: Queue, printing: Lock, n: int, pace: float) -> None:
    me = multiprocessing.current_process().name
    for _ in range(n):
        item = random.randint(1, 1000)
        line = f"Process Producer : item {item} appended to queue {me}"
        # In one hold, so that no popped line can come before these.
        with printing:
            queue.put(item)
            print(line)
            print(f"The size of queue is {size_of(queue)}")
        time.sleep(pace)


def size_of(queue: Queue) -> int | str:
    try:
        return queue.qsize()
    except NotImplementedError:  # on macOS
        return "unknown"


def consume(queue: Queue, printing: Lock, n: int, pace: float) -> None:
    me = multiprocessing.current_process().name
    for _ in range(n):
        item = queue.get()
        with printing:
            print(f"Process Consumer : item {item} popped from by {me}")
        time.sleep(2 * pace)
    # All n were taken, no more will come: empty() can be trusted.
    if queue.empty():
        print("the queue is empty")


def main(
    n: int = 5, pace_seconds: float = 0.2, start_method: str = "fork"
) -> None:
    context = multiprocessing.get_context(start_method)
    queue = context.Queue()
    shared = (queue, context.Lock(), n, pace_seconds)
    processes = [
        context.Process(target=produce, name="producer-1", args=shared),
        context.Process(target=consume, name="consumer-2", args=shared),
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


if __name__ == "__main__":
    main()
