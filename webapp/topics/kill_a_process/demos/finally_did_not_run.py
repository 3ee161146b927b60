"""A child is ended in one of four ways: watch whether the line of its
finally block comes."""

import multiprocessing
import os
import signal
import time
from multiprocessing.synchronize import Event


def work(ready: Event, stop: Event) -> None:
    # As usual, even where this program was told to ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        print("child: at work", flush=True)
        ready.set()
        stop.wait()
    finally:
        print("child: finally", flush=True)


def main(how: str = "terminate", start_method: str = "fork") -> None:
    context = multiprocessing.get_context(start_method)
    ready, stop = context.Event(), context.Event()
    child = context.Process(
        name="child", target=work, args=(ready, stop)
    )
    child.start()
    ready.wait()
    # A signal that came just before the child's wait would not end it.
    time.sleep(0.1)

    print(f"parent: ends the child by {how}", flush=True)
    if how == "terminate":
        child.terminate()
    elif how == "kill":
        child.kill()
    elif how == "SIGINT":
        os.kill(child.pid, signal.SIGINT)
    else:
        stop.set()

    child.join()
    print(f"parent: exit code {child.exitcode}")


if __name__ == "__main__":
    main()
