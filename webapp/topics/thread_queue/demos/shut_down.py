"""The queue is shut down behind its last item: watch every consumer
leave by ShutDown, and what happens to the items that still wait."""

import time
from queue import Queue, ShutDown
from threading import Thread

ITEMS = 6
WORK_SECONDS = 0.1


def consume(queue: Queue, name: str, taken: list[int]) -> None:
    try:
        while True:
            item = queue.get()
            taken.append(item)
            print(f"{name}: got item {item}")
            time.sleep(WORK_SECONDS)
    except ShutDown:
        print(f"{name}: the queue is shut down")


def main(consumers: int = 2, immediate: str = "no") -> None:
    queue, taken = Queue(), []
    threads = []
    for number in range(1, consumers + 1):
        name = f"consumer-{number}"
        args = (queue, name, taken)
        threads.append(Thread(target=consume, name=name, args=args))
    for thread in threads:
        thread.start()
    for item in range(1, ITEMS + 1):
        queue.put(item)
    time.sleep(WORK_SECONDS / 2)  # by now each consumer has one
    # Immediate: what still waits in the queue is thrown away, too.
    queue.shutdown(immediate=immediate == "yes")
    try:
        queue.put(ITEMS + 1)
    except ShutDown:
        print("main: nothing more can be put")
    for thread in threads:
        thread.join()
    print(f"main: {len(taken)} of {ITEMS} items were taken")


if __name__ == "__main__":
    main()
