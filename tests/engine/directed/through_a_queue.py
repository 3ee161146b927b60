from queue import Queue
from threading import Thread

queue: Queue[str] = Queue(1)


def put(name: str) -> None:
    queue.put(name)


def take() -> None:
    for _ in range(2):
        print(queue.get())


for thread in (Thread(target=take), Thread(target=put, args="a"), Thread(target=put, args="b")):
    thread.start()
