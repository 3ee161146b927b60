"""One thread empties a box item by item, then fills it: watch how its
RLock is held, and both counts run down."""

import time
from threading import RLock, Thread


class Box:
    """Every method takes the lock, and some call one another."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.total = 20
        self.added = self.removed = 0

    def change(self, amount: int) -> None:
        with self.lock:  # from add or remove: for the second time
            self.total += amount

    def add(self) -> None:
        with self.lock:
            self.change(+1)
            self.added += 1

    def remove(self) -> None:
        with self.lock:
            self.change(-1)
            self.removed += 1


def handle(box: Box, to_add: int, to_remove: int, pause: float) -> None:
    for left in reversed(range(to_remove)):
        box.remove()
        print(f"REMOVED one item -->{left} item to REMOVE")
        time.sleep(pause)  # the lock is free meanwhile
    for left in reversed(range(to_add)):
        box.add()
        print(f"ADDED one item -->{left} item to ADD")
        time.sleep(pause)


def main(
    add_count: int = 5,
    remove_count: int = 5,
    pause_seconds: float = 0.1,
) -> None:
    print(f"N° {add_count} items to ADD")
    print(f"N° {remove_count} items to REMOVE")
    handler = Thread(
        target=handle,
        name="handler",
        args=(Box(), add_count, remove_count, pause_seconds),
    )
    handler.start()
    handler.join()


if __name__ == "__main__":
    main()
