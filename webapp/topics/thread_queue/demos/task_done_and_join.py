"""Workers report each item when it is done: watch when join() of the
queue returns, and what the workers do then."""

import time
from queue import Queue
from threading import Thread

WORK_SECONDS = 0.1


def work(queue: Queue, name: str) -> None:
    while True:
        item = queue.get()
        time.sleep(WORK_SECONDS)
        print(f"{name}: item {item} is done")
        queue.task_done()  # one item less to wait for


def main(workers: int = 2, items: int = 6) -> None:
    queue = Queue()
    threads = []
    for number in range(1, workers + 1):
        name = f"worker-{number}"
        # A daemon does not keep the program from ending.
        threads.append(
            Thread(
                target=work, name=name, args=(queue, name), daemon=True
            )
        )
    for thread in threads:
        thread.start()
    for item in range(1, items + 1):
        queue.put(item)
    print(f"main: put {items} items, waits until all are done")
    queue.join()
    alive = sum(thread.is_alive() for thread in threads)
    print(f"main: all are done, workers alive: {alive}")


if __name__ == "__main__":
    main()
