"""The parent asks, the child cleans up and leaves by itself: watch the
order of the lines and the exit code."""

import multiprocessing
import time
from multiprocessing.synchronize import Event

PATIENCE = 10  # seconds


def work(stop: Event) -> None:
    print("child: at work", flush=True)
    try:
        while not stop.is_set():
            time.sleep(0.05)  # one piece of work
    finally:
        print("child: cleans up", flush=True)


def main(duration: float = 1, start_method: str = "fork") -> None:
    context = multiprocessing.get_context(start_method)
    stop = context.Event()
    child = context.Process(name="child", target=work, args=(stop,))
    child.start()
    time.sleep(duration)

    print("parent: asks the child to stop", flush=True)
    stop.set()
    child.join(PATIENCE)
    if child.is_alive():
        print("parent: it does not listen, so I terminate it")
        child.terminate()
        child.join()
    print(f"parent: exit code {child.exitcode}")


if __name__ == "__main__":
    main()
