"""So many sleepers as tasks, then as threads: watch what each costs."""

import asyncio
import time
from collections.abc import Callable
from resource import RUSAGE_SELF, getrusage
from threading import Thread

SECONDS = 0.5


def as_tasks(count: int) -> int:
    async def sleep_together() -> int:
        sleeps = [asyncio.sleep(SECONDS, "woke") for _ in range(count)]
        return len(await asyncio.gather(*sleeps))

    return asyncio.run(sleep_together())


def as_threads(count: int) -> int:
    woken: list[str] = []

    def sleeper() -> None:
        time.sleep(SECONDS)
        woken.append("woke")

    threads = [Thread(target=sleeper) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(woken)


def measure(kind: str, run: Callable[[int], int], count: int) -> None:
    kilobytes = getrusage(RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    woken = run(count)
    took = time.perf_counter() - began
    kilobytes = getrusage(RUSAGE_SELF).ru_maxrss - kilobytes
    print(f"{kind}: {woken} woke, {took:.3f} s, {kilobytes} kB more")


def main(count: int = 100) -> None:
    measure("tasks", as_tasks, count)
    measure("threads", as_threads, count)


if __name__ == "__main__":
    main()
