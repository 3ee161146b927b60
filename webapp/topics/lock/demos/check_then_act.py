"""Each thread looks whether there is enough and then takes it, under
the lock both times: watch the balance at the end."""

import time
from threading import Lock, Thread

AMOUNT = 60

lock = Lock()
balance = 100


def look() -> int:
    with lock:
        return balance


def take() -> None:
    global balance
    with lock:
        balance -= AMOUNT


def withdraw(number: int, gap_ms: int) -> None:
    amount = 0
    if look() >= AMOUNT:  # check
        time.sleep(gap_ms / 1000)  # here anybody may come in between
        take()  # act
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
