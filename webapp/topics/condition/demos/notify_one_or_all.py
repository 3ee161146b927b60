"""All wait for one change, which concerns them all: watch how many go
on after notify(), and how many after notify_all()."""

import time
from threading import Condition, Semaphore, Thread

condition = Condition()
waits = Semaphore(0)
went_on = Semaphore(0)
ready = False


def wait(number: int) -> None:
    with condition:
        print(f"waiter {number} waits")
        waits.release()
        while not ready:
            condition.wait()
        print(f"waiter {number} goes on")
    went_on.release()


def main(waiters: int = 4, how: str = "notify") -> None:
    global ready
    threads = [
        Thread(target=wait, name=f"waiter-{number}", args=(number,))
        for number in range(1, waiters + 1)
    ]
    for thread in threads:
        thread.start()
    for _ in threads:
        waits.acquire()
    with condition:  # free only when the last of them waits
        ready = True
        print(f"main: {how}()")
        if how == "notify":
            condition.notify()
        else:
            condition.notify_all()

    for _ in range(1 if how == "notify" else waiters):
        went_on.acquire()
    time.sleep(0.3)  # for whoever else might go on
    with condition:
        print("main: the second call, for whoever still waits")
        condition.notify_all()  # the second call
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
