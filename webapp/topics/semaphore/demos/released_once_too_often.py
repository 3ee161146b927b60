"""A worker takes one permit and gives back two: watch what becomes of a
Semaphore, and of a BoundedSemaphore."""

from threading import BoundedSemaphore, Semaphore, Thread

PERMITS = 2


def use_connection(connections: Semaphore) -> None:
    connections.acquire()
    try:
        print("worker: uses a connection")
        connections.release()  # done with it ...
    finally:
        connections.release()  # ... and released again


def work(connections: Semaphore) -> None:
    try:
        use_connection(connections)
    except ValueError as error:
        print(f"worker: ValueError: {error}")


def count_permits(connections: Semaphore) -> int:
    """Take all that are free, without waiting, and give them back."""
    count = 0
    while connections.acquire(blocking=False):
        count += 1
    connections.release(count)
    return count


def main(kind: str = "Semaphore") -> None:
    kinds = {
        "Semaphore": Semaphore,
        "BoundedSemaphore": BoundedSemaphore,
    }
    connections = kinds[kind](PERMITS)
    print(f"permits before: {count_permits(connections)}")
    worker = Thread(target=work, name="worker", args=(connections,))
    worker.start()
    worker.join()
    print(f"permits after: {count_permits(connections)}")


if __name__ == "__main__":
    main()
