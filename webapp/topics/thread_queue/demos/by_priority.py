"""Tasks get a random priority and are put as they come: watch in which
order they come out, those of equal priority too."""

import random
from queue import PriorityQueue
from threading import Thread


def serve(queue: PriorityQueue, items: int) -> None:
    for _ in range(items):
        priority, number = queue.get()
        print(f"worker: took task {number}, priority {priority}")


def main(items: int = 6) -> None:
    queue = PriorityQueue()
    for number in range(1, items + 1):
        priority = random.randint(1, 3)  # 1 is the most urgent
        # The smallest item comes out first. Tuples are compared from
        # the left, so the number decides between equal priorities.
        queue.put((priority, number))
        print(f"main: put task {number}, priority {priority}")
    worker = Thread(target=serve, name="worker", args=(queue, items))
    worker.start()
    worker.join()


if __name__ == "__main__":
    main()
