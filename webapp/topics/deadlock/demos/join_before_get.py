"""The parent waits for the end of its child before it takes what the
child has put on a queue: a full pipe keeps the child from ending."""

from multiprocessing import Process, Queue

SOME_BYTES = b"x" * 10_000


def fill(queue: Queue, items: int) -> None:
    for number in range(1, items + 1):
        queue.put((number, SOME_BYTES))
    print(f"child: put {items} items")


def main(items: int = 150) -> None:
    queue: Queue = Queue()
    child = Process(target=fill, name="child", args=(queue, items))
    child.start()
    print("parent: waits for the end of the child")
    child.join()
    print("parent: the child has ended, takes the items")
    for _ in range(items):
        queue.get()
    print(f"parent: took {items} items")


if __name__ == "__main__":
    main()
