"""Four threads compute: together they call a small function 800,000 times."""

from threading import Thread

CALLS, THREADS = 200_000, 4


def step(value: int) -> int:
    return (value * 31 + 7) % 1009


def work() -> None:
    value = 1
    for _ in range(CALLS):
        value = step(value)


threads = [Thread(target=work) for _ in range(THREADS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
