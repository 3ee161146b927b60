"""The program counts, has a background process count, and counts
again: watch whose process each block comes from."""

import multiprocessing
import time
from collections.abc import Iterable


def count(
    name: str, numbers: Iterable[int], pause_seconds: float
) -> None:
    print(f"Starting {name}")
    for number in numbers:
        print(f"---> {number}")
        time.sleep(pause_seconds)
    print(f"Exiting {name}")


def main(
    start: int = 4,
    pause_seconds: float = 0.2,
    start_method: str = "fork",
) -> None:
    context = multiprocessing.get_context(start_method)
    numbers = range(start, start + 5)
    remainders = [number % 5 for number in numbers]
    background = context.Process(
        name="background_process",
        target=count,
        args=("background_process", remainders, pause_seconds),
        daemon=True,
    )

    count("NO_background_process", numbers, pause_seconds)
    background.start()
    # Until it is over: a daemon would not outlive this program.
    background.join()
    count("NO_background_process", numbers, pause_seconds)


if __name__ == "__main__":
    main()
