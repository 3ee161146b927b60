"""A method that holds the lock calls one that takes it too: watch what
an RLock does then, and what a Lock does."""

from threading import Lock, RLock, Thread


class Box:
    def __init__(self, lock_type: str) -> None:
        lock_types = {"Lock": Lock, "RLock": RLock}
        self.lock = lock_types[lock_type]()
        self.total = 0

    def change(self, amount: int) -> None:
        print("change: asks for the lock")
        with self.lock:  # its holder is this very thread
            print("change: has the lock")
            self.total += amount

    def add(self) -> None:
        print("add: asks for the lock")
        with self.lock:
            print("add: has the lock")
            self.change(+1)
        print("add: done")


def main(lock_type: str = "RLock") -> None:
    box = Box(lock_type)
    worker = Thread(target=box.add, name="worker")
    worker.start()
    worker.join()
    print(f"total: {box.total}")


if __name__ == "__main__":
    main()
