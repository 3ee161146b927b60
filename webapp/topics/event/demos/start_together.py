"""Workers get ready and wait for one event: watch when each of them
works, and somebody who comes later."""

import time
from threading import Event, Thread, current_thread

go = Event()


def work() -> None:
    name = current_thread().name
    print(f"{name}: is ready")
    go.wait()  # returns at once if the event is set already
    print(f"{name}: works")


def main(workers: int = 5) -> None:
    threads = [
        Thread(target=work, name=f"worker-{number}")
        for number in range(1, workers + 1)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.5)  # what main has to prepare
    print("main: go")
    go.set()  # and it stays set
    time.sleep(0.2)
    latecomer = Thread(target=work, name="latecomer")
    latecomer.start()
    for thread in [*threads, latecomer]:
        thread.join()


if __name__ == "__main__":
    main()
