"""Consumers wait until there is an item in the box: watch each of them
wait, be woken, look again, and take."""

import time
from threading import Condition, Thread, current_thread

MAKING = 0.1  # seconds

box: list[int | None] = []
condition = Condition()  # it comes with a lock


def put(item: int | None) -> None:
    with condition:
        box.append(item)
        if item is not None:
            print(f"producer: put item {item}")
        condition.notify()  # one more in the box: wake one


def take() -> int | None:
    with condition:
        while not box:  # look, and look again after every wait
            condition.wait()  # gives up the lock while it waits
        item = box.pop(0)
        if item is not None:
            print(f"{current_thread().name}: took item {item}")
        return item


def produce(items: int, consumers: int) -> None:
    for item in range(1, items + 1):
        time.sleep(MAKING)
        put(item)
    for _ in range(consumers):
        put(None)  # nothing more will come


def consume() -> None:
    while take() is not None:
        pass
    print(f"{current_thread().name}: done")


def main(consumers: int = 2, items: int = 6) -> None:
    threads = [
        Thread(target=consume, name=f"consumer-{number}")
        for number in range(1, consumers + 1)
    ]
    args = (items, consumers)
    threads.append(Thread(target=produce, name="producer", args=args))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
