"""A thread wakes every 10 ms beside threads that compute: watch how
late it gets the GIL, with a short switch interval and a long one."""

import statistics
import sys
import time
from threading import Thread

WAKES = 20
PERIOD = 0.01  # seconds
computing = True


def compute() -> None:
    number = 0
    while computing:
        number += 1


def wake_often() -> None:
    lateness = []
    for _ in range(WAKES):
        due = time.perf_counter() + PERIOD
        time.sleep(PERIOD)  # and then it needs the GIL again
        lateness.append((time.perf_counter() - due) * 1000)
    print(f"woke {len(lateness)} times")
    print(f"median lateness: {statistics.median(lateness):.3f} ms")
    print(f"least, most: {min(lateness):.3f}, {max(lateness):.3f} ms")


def main(interval_ms: float = 5.0, busy_threads: int = 2) -> None:
    global computing
    computing = True
    before = sys.getswitchinterval()
    print(f"interval before: {before * 1000:g} ms")
    sys.setswitchinterval(interval_ms / 1000)
    print(f"interval set: {sys.getswitchinterval() * 1000:g} ms")
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    print(f"GIL: {'on' if gil else 'off'}")

    busy = [Thread(target=compute) for _ in range(busy_threads)]
    for thread in busy:
        thread.start()
    wake_often()
    computing = False
    for thread in busy:
        thread.join()
    sys.setswitchinterval(before)
    print(f"interval after: {sys.getswitchinterval() * 1000:g} ms")


if __name__ == "__main__":
    main()
