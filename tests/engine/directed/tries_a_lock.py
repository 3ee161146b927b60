import time
from threading import Lock, Thread

lock = Lock()


def hold() -> None:
    with lock:
        time.sleep(0.2)
        print("held")


def ask(patience: float) -> None:
    if lock.acquire(timeout=patience):
        print(f"got it within {patience}")
        lock.release()
    else:
        print(f"gave up after {patience}")


def look() -> None:
    print("free" if lock.acquire(blocking=False) else "taken")


threads = [Thread(target=hold), Thread(target=ask, args=(0.2,)), Thread(target=look)]
for thread in threads:
    thread.start()
