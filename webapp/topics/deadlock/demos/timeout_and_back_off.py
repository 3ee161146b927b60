"""Two threads take two locks in opposite order, the second with a
timeout: watch each give its lock back, pause, and try again."""

import random
import time
from threading import Barrier, Lock, Thread

MOST_TRIES = 20
WORK = 0.02  # seconds with one lock, and again with both
printer, scanner = Lock(), Lock()
each_has_one = Barrier(2)


def use_both(second: Lock, timeout: float) -> bool:
    time.sleep(WORK)
    if not second.acquire(timeout=timeout):
        return False
    try:
        time.sleep(WORK)
        return True
    finally:
        second.release()


def rest(pause: str) -> None:
    if pause == "random":
        time.sleep(random.uniform(0, 0.1))
    elif pause == "equal":
        time.sleep(0.05)


def copy(
    name: str, first: Lock, second: Lock, timeout: float, pause: str
) -> None:
    for number in range(1, MOST_TRIES + 1):
        with first:
            if number == 1:
                each_has_one.wait()  # so that they clash for certain
            if use_both(second, timeout):
                print(f"{name}: done at try {number}")
                return
        print(f"{name}: backs off, holding nothing")
        rest(pause)
    print(f"{name}: gives up after try {MOST_TRIES}")


def main(timeout_seconds: float = 0.1, pause: str = "random") -> None:
    orders = {"ada": (printer, scanner), "bob": (scanner, printer)}
    threads = []
    for name, (first, second) in orders.items():
        args = (name, first, second, timeout_seconds, pause)
        threads.append(Thread(target=copy, name=name, args=args))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
