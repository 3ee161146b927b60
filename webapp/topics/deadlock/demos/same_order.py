"""Two threads need the same two locks and both take the printer first:
watch who waits, and what it holds meanwhile."""

import time
from threading import Lock, Thread

printer = Lock()
scanner = Lock()


def ada(work_seconds: float) -> None:
    with printer:
        print("ada: has the printer, wants the scanner")
        time.sleep(work_seconds)  # at work with the printer alone
        with scanner:
            print("ada: has both")
    print("ada: done")


def bob(work_seconds: float) -> None:
    with printer:
        print("bob: has the printer, wants the scanner")
        time.sleep(work_seconds)
        with scanner:
            print("bob: has both")
    print("bob: done")


def main(work_seconds: float = 0.3) -> None:
    threads = [
        Thread(target=ada, name="ada", args=(work_seconds,)),
        Thread(target=bob, name="bob", args=(work_seconds,)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("both are done")


if __name__ == "__main__":
    main()
