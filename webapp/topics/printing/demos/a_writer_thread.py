"""The same threads put their lines on a queue, and one thread prints:
what only one thread does needs no lock."""

import sys
from queue import Queue
from threading import Barrier, Thread


def work(
    name: str, lines: int, queue: Queue, together: Barrier
) -> None:
    together.wait()
    for number in range(1, lines + 1):
        queue.put(f"{name}: line {number}")


def write(queue: Queue) -> None:
    while (line := queue.get()) is not None:
        print(line)


def main(threads: int = 4, lines: int = 200) -> None:
    # As with python -u, each write is handed on by itself.
    sys.stdout.reconfigure(line_buffering=True, write_through=True)

    queue: Queue = Queue()
    writer = Thread(target=write, name="writer", args=(queue,))
    writer.start()
    together = Barrier(threads)
    workers = []
    for number in range(1, threads + 1):
        name = f"thread-{number}"
        args = (name, lines, queue, together)
        workers.append(Thread(target=work, name=name, args=args))
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    queue.put(None)  # no more lines will come
    writer.join()


if __name__ == "__main__":
    main()
