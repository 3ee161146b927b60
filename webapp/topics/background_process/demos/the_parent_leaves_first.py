"""The program ends while its daemon is at work: watch for the daemon's
last line."""

import multiprocessing
import time
from multiprocessing.synchronize import Event


def work(begun: Event, seconds: float) -> None:
    print("daemon: at work", flush=True)
    begun.set()
    time.sleep(seconds)
    print("daemon: done", flush=True)


def main(child_seconds: float = 1, start_method: str = "fork") -> None:
    context = multiprocessing.get_context(start_method)
    begun = context.Event()
    daemon = context.Process(
        name="daemon",
        target=work,
        args=(begun, child_seconds),
        daemon=True,
    )
    daemon.start()
    begun.wait()
    print("parent: leaves")


if __name__ == "__main__":
    main()
