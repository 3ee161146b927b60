"""A worker skips one item and forgets to report it: watch what join()
of the queue does about it."""

import time
from queue import Queue
from threading import Thread

WORK_SECONDS = 0.05


def work(queue: Queue, unfit: int) -> None:
    while True:
        item = queue.get()
        if item == unfit:
            print(f"worker: item {item} is unfit, skipped")
            continue  # back to get(), past task_done()
        time.sleep(WORK_SECONDS)
        print(f"worker: item {item} is done")
        queue.task_done()


def main(items: int = 4) -> None:
    queue = Queue()
    unfit = (items + 1) // 2
    worker = Thread(
        target=work, name="worker", args=(queue, unfit), daemon=True
    )
    worker.start()
    for item in range(1, items + 1):
        queue.put(item)
    print(f"main: put {items} items, waits until all are done")
    queue.join()
    print("main: all are done")


if __name__ == "__main__":
    main()
