"""A consumer waits for an item only so long: watch what becomes of the
item when the producer is late."""

import multiprocessing
import time
from multiprocessing.queues import Queue
from queue import Empty


def produce(queue: Queue, delay: float) -> None:
    time.sleep(delay)
    queue.put("the item")
    print("producer: put the item")


def main(
    delay_seconds: float = 0.6,
    timeout_seconds: float = 0.2,
    start_method: str = "fork",
) -> None:
    context = multiprocessing.get_context(start_method)
    queue = context.Queue()
    producer = context.Process(
        target=produce, name="producer", args=(queue, delay_seconds)
    )
    producer.start()
    asked = time.perf_counter()
    try:
        item = queue.get(timeout=timeout_seconds)
        waited = time.perf_counter() - asked
        print(f"consumer: got {item} after {waited:.3f} s")
    except Empty:  # of the module queue, for both kinds of queues
        waited = time.perf_counter() - asked
        print(f"consumer: gave up after {waited:.3f} s")
        # Giving up cancels nothing: the item comes all the same.
        print(f"consumer: found {queue.get()} later")
    producer.join()


if __name__ == "__main__":
    main()
