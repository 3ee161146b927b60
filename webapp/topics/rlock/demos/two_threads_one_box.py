"""An adder and a remover change one box at the same time: watch the
order of the lines, and the final total."""

import time
from threading import RLock, Thread


class Box:
    def __init__(self) -> None:
        self.lock = RLock()
        self.total = 20

    def change(self, amount: int) -> None:
        with self.lock:  # from add or remove: for the second time
            total = self.total  # read
            time.sleep(0)  # the other one runs, but cannot get in
            self.total = total + amount  # write

    def add(self) -> None:
        with self.lock:
            self.change(+1)

    def remove(self) -> None:
        with self.lock:
            self.change(-1)


def add_all(box: Box, to_add: int, pause: float) -> None:
    for left in reversed(range(to_add)):
        box.add()
        print(f"ADDED one item -->{left} item to ADD")
        time.sleep(pause)


def remove_all(box: Box, to_remove: int, pause: float) -> None:
    for left in reversed(range(to_remove)):
        box.remove()
        print(f"REMOVED one item -->{left} item to REMOVE")
        time.sleep(pause)


def main(
    add_count: int = 5,
    remove_count: int = 5,
    pause_seconds: float = 0.1,
) -> None:
    box = Box()
    print(f"initial total: {box.total}")
    to_add = (box, add_count, pause_seconds)
    to_remove = (box, remove_count, pause_seconds)
    adder = Thread(target=add_all, name="adder", args=to_add)
    remover = Thread(target=remove_all, name="remover", args=to_remove)
    adder.start()
    remover.start()
    adder.join()
    remover.join()
    print(f"final total: {box.total}")


if __name__ == "__main__":
    main()
