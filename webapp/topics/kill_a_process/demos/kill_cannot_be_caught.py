"""A child ignores SIGTERM: watch what terminate() does to it, and what
kill() does."""

import multiprocessing
import signal
import time
from multiprocessing.synchronize import Event

PATIENCE = 0.5  # seconds


def work(ready: Event) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("child: ignores SIGTERM", flush=True)
    ready.set()
    time.sleep(60)


def main(start_method: str = "fork") -> None:
    context = multiprocessing.get_context(start_method)
    ready = context.Event()
    child = context.Process(name="child", target=work, args=(ready,))
    child.start()
    ready.wait()  # else SIGTERM could come before it is ignored

    child.terminate()
    child.join(PATIENCE)
    print(f"after terminate(): alive {child.is_alive()}")

    child.kill()
    child.join()
    print(f"after kill(): alive {child.is_alive()}")
    print(f"exit code: {child.exitcode}")


if __name__ == "__main__":
    main()
