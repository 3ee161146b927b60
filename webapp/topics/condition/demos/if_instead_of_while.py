"""Each consumer looks into the box before it waits, and not again after
it: watch what those find who were woken for one item together."""

import time
from threading import Condition, Thread, current_thread

box: list[int] = []
condition = Condition()


def take() -> None:
    name = current_thread().name
    with condition:
        if not box:  # looks once only
            condition.wait()
        # Somebody else may have been quicker.
        try:
            print(f"{name}: took item {box.pop(0)}")
        except IndexError as error:
            print(f"{name}: IndexError: {error}")


def main(consumers: int = 3, making_seconds: float = 0.1) -> None:
    threads = [
        Thread(target=take, name=f"consumer-{number}")
        for number in range(1, consumers + 1)
    ]
    for thread in threads:
        thread.start()
    for item in range(1, consumers + 1):  # an item for each of them
        time.sleep(making_seconds)
        with condition:
            box.append(item)
            print(f"main: put item {item}")
            condition.notify_all()  # wakes all who wait, for one item
    for thread in threads:
        thread.join()
    print(f"items left in the box: {len(box)}")


if __name__ == "__main__":
    main()
