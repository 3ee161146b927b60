"""The consumer stops as soon as the queue looks empty: watch how many
of the items it leaves behind, and run it again."""

import multiprocessing
from multiprocessing.queues import Queue


def produce(queue: Queue, n: int) -> None:
    for item in range(1, n + 1):
        queue.put(item)
        print(f"producer: put item {item}")


def consume(queue: Queue) -> None:
    # Empty means: nothing yet, or nothing more? It cannot tell.
    while not queue.empty():
        print(f"consumer: got item {queue.get()}")
    print("consumer: the queue is empty, I stop")


def main(n: int = 5, start_method: str = "fork") -> None:
    context = multiprocessing.get_context(start_method)
    queue = context.Queue()
    processes = [
        context.Process(
            target=produce, name="producer", args=(queue, n)
        ),
        context.Process(target=consume, name="consumer", args=(queue,)),
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    # Nobody else uses the queue any more: now empty() is reliable.
    left = 0
    while not queue.empty():
        print(f"parent: found item {queue.get()}")
        left += 1
    print(f"parent: {left} of {n} items were left behind")


if __name__ == "__main__":
    main()
