"""The check and the act are under one hold of the lock now: watch how
many threads get the money."""

import time
from threading import Lock, Thread

AMOUNT = 60

lock = Lock()
balance = 100


def withdraw(number: int, gap_ms: int) -> None:
    global balance
    amount = 0
    with lock:
        if balance >= AMOUNT:  # check
            time.sleep(gap_ms / 1000)  # nobody comes in between
            balance -= AMOUNT  # act
            amount = AMOUNT
    print(f"thread {number} gets {amount}")


def main(thread_count: int = 4, gap_ms: int = 50) -> None:
    global balance
    balance = 100
    threads = [
        Thread(
            target=withdraw,
            name=f"thread-{number}",
            args=(number, gap_ms),
        )
        for number in range(1, thread_count + 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"balance: {balance}")


if __name__ == "__main__":
    main()
