"""One thread adds an item and removes one, as one step: watch the order
of the lines, and how often the lock is held."""

import time
from threading import RLock, Thread


class Box:
    """Every method takes the lock, and some call one another."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.total = 20
        self.added = self.removed = 0

    def change(self, amount: int) -> None:
        with self.lock:
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
    while to_add or to_remove:
        with box.lock:  # nobody sees the box between the two
            if to_add:
                box.add()
                to_add -= 1
                print(f"ADDED one item -->{to_add} item to ADD")
            if to_remove:
                box.remove()
                to_remove -= 1
                print(f"REMOVED one item -->{to_remove} item to REMOVE")
        time.sleep(pause)


def main(
    add_count: int = 5,
    remove_count: int = 5,
    pause_seconds: float = 0.1,
) -> None:
    print(f"N° {add_count} items to ADD")
    print(f"N° {remove_count} items to REMOVE")
    args = (Box(), add_count, remove_count, pause_seconds)
    handler = Thread(target=handle, name="handler", args=args)
    handler.start()
    handler.join()


if __name__ == "__main__":
    main()
