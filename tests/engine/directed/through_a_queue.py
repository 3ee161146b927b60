from queue import Queue
from threading import Thread

queue: Queue[str | None] = Queue(1)


def put(name: str) -> None:
    queue.put(name)


def take() -> None:
    while (item := queue.get()) is not None:
        print(item)


taker = Thread(target=take)
putters = [Thread(target=put, args=(name,)) for name in "ab"]
for thread in (taker, *putters):
    thread.start()
for thread in putters:
    thread.join()
queue.put(None)
