"""Four threads take 5,000 items from a queue, and add each to a sum under a lock."""

from queue import Queue
from threading import Lock, Thread

ITEMS, THREADS = 5000, 4

items: Queue[int | None] = Queue()
lock = Lock()
total = 0


def work() -> None:
    global total  # noqa: PLW0603  (what a student would write)
    while (item := items.get()) is not None:
        with lock:
            total += item


threads = [Thread(target=work) for _ in range(THREADS)]
for thread in threads:
    thread.start()
for item in range(ITEMS):
    items.put(item)
for _ in threads:
    items.put(None)
for thread in threads:
    thread.join()
print(total)
