"""One thread holds the lock, another waits for it with a timeout: watch
which comes first, the release or the timeout."""

import time
from threading import Event, Lock, Thread

lock = Lock()
held = Event()


def hold(hold_seconds: float) -> None:
    with lock:
        print("holder: has the lock")
        held.set()  # only now may the other one try
        time.sleep(hold_seconds)


def attempt(timeout_seconds: float) -> None:
    held.wait()
    began = time.perf_counter()
    got = lock.acquire(timeout=timeout_seconds)
    waited = time.perf_counter() - began
    if not got:
        print(f"second: gave up after {waited:.3f} s")
        return
    try:
        print(f"second: got the lock after {waited:.3f} s")
    finally:
        lock.release()


def main(
    hold_seconds: float = 0.5, timeout_seconds: float = 0.2
) -> None:
    threads = [
        Thread(target=hold, name="holder", args=(hold_seconds,)),
        Thread(target=attempt, name="second", args=(timeout_seconds,)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
