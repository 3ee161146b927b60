"""Three threads get a name and a duration each: watch in which order
they end, and in which order main joins them."""

import time
from threading import Thread, current_thread

NAMES = ("function_A", "function_B", "function_C")


def work(seconds: float) -> None:
    name = current_thread().name
    print(f"{name}--> starting")
    time.sleep(seconds)
    print(f"{name}--> exiting")


def main(durations: tuple[float, ...] = (3.0, 2.0, 1.0)) -> None:
    threads = [
        Thread(target=work, name=name, args=(seconds,))
        for name, seconds in zip(NAMES, durations, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
        print(f"{current_thread().name} joined {thread.name}")


if __name__ == "__main__":
    main()
