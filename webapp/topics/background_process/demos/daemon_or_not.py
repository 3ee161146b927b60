"""The program counts to its end while a slower background process
counts beside it: watch whether that one gets to its own end."""

import multiprocessing
import time
from collections.abc import Iterable


def count(
    name: str, numbers: Iterable[int], pause_seconds: float
) -> None:
    print(f"Starting {name}", flush=True)
    for number in numbers:
        print(f"{name} ---> {number}", flush=True)
        time.sleep(pause_seconds)
    print(f"Exiting {name}", flush=True)


def main(daemon: str = "yes", start_method: str = "fork") -> None:
    context = multiprocessing.get_context(start_method)
    background = context.Process(
        name="background_process",
        target=count,
        args=("background_process", range(5), 0.4),
        daemon=daemon == "yes",
    )
    background.start()
    count("NO_background_process", range(5, 10), 0.2)
    # No join: leaving shows what daemon means.


if __name__ == "__main__":
    main()
