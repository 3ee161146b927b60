"""Processes get ready and wait for one event: watch when each of them
runs, and in which order."""

import multiprocessing
import time
from multiprocessing.synchronize import Event


def work(number: int, go: Event) -> None:
    print(f"process {number} is ready")
    go.wait()
    print(f"process {number} runs")


def main(processes: int = 4, start_method: str = "fork") -> None:
    context = multiprocessing.get_context(start_method)
    go = context.Event()
    children = [
        context.Process(target=work, args=(number, go))
        for number in range(1, processes + 1)
    ]
    for child in children:
        child.start()
    time.sleep(0.5)  # what the parent has to prepare
    print("parent: go")
    go.set()
    for child in children:
        child.join()


if __name__ == "__main__":
    main()
