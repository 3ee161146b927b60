"""Ends in one of the ways in which a run can end."""

import os
import time
from threading import Lock


def main(how: str = "return") -> None:
    print("process ID", os.getpid())
    if how == "sleep":
        time.sleep(0.5)
    if how == "raise":
        raise RuntimeError("as it was told to")
    if how == "deadlock":
        lock = Lock()
        with lock:
            lock.acquire()
    while how == "never":
        time.sleep(0.1)


if __name__ == "__main__":
    main()
