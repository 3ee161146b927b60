"""One producer hands items to consumers through a single slot: watch
who gets an item, and when the next one comes."""

import logging
import random
import sys
import time
from threading import Semaphore, Thread

empty = Semaphore(1)  # how many items the slot has room for
full = Semaphore(0)  # how many items wait in it
slot = 0


def produce(items: list[int], pace_seconds: float) -> None:
    global slot
    for item in items:
        time.sleep(random.uniform(pace_seconds / 2, pace_seconds))
        empty.acquire()  # wait for room
        slot = item
        logging.info(f"Producer notify: item number {item}")
        full.release()  # lets one consumer go on


def consume() -> None:
    full.acquire()  # wait for an item
    logging.info(f"Consumer notify: item number {slot}")
    empty.release()  # lets the producer go on


def main(produce_count: int = 3, pace_seconds: float = 0.3) -> None:
    logging.basicConfig(
        stream=sys.stdout,
        level=logging.INFO,
        format="%(asctime)s %(threadName)s %(levelname)s %(message)s",
        datefmt="%Y-%m-%d %H:%M:%S",
    )
    items = random.sample(range(100, 1000), produce_count)
    consumers = [
        Thread(target=consume, name=f"consumer-{number}")
        for number in range(1, produce_count + 1)
    ]
    producer = Thread(
        target=produce, name="producer", args=(items, pace_seconds)
    )
    threads = [*consumers, producer]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
