"""MyProcess is a Process with a run() of its own: watch one line come
from each child, and what the list of the manager holds at the end."""

import multiprocessing
import os
from multiprocessing.managers import ListProxy


class MyProcess(multiprocessing.Process):
    def __init__(self, number: int, entries: ListProxy) -> None:
        super().__init__(name=f"MyProcess-{number}")
        self.entries = entries

    def run(self) -> None:
        print(f"called run method by {self.name}")
        self.entries.append((self.name, os.getpid()))


def main(count: int = 10, start_method: str = "fork") -> None:
    # multiprocessing.Process, and so MyProcess, follows this setting.
    multiprocessing.set_start_method(start_method)
    with multiprocessing.Manager() as manager:
        # The list lives in the manager's process: this is a proxy.
        entries = manager.list()
        processes = [
            MyProcess(number, entries) for number in range(1, count + 1)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        pids = {pid for name, pid in entries[:]}
        print(f"parent: {len(entries)} entries from {len(pids)} pids")


if __name__ == "__main__":
    main()
