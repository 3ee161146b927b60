"""Each process puts its result on a queue: watch in which order the
results arrive in the parent."""

import multiprocessing
from multiprocessing.queues import Queue


class Adder(multiprocessing.Process):
    def __init__(self, limit: int, results: Queue) -> None:
        super().__init__()
        self.limit = limit
        self.results = results

    def run(self) -> None:
        self.results.put((self.name, sum(range(self.limit))))


def main(count: int = 4, start_method: str = "fork") -> None:
    multiprocessing.set_start_method(start_method)
    results = multiprocessing.Queue()
    # The first one has the most to add.
    adders = [
        Adder(200_000 * steps, results) for steps in range(count, 0, -1)
    ]
    for adder in adders:
        adder.start()
    # Take the results first, then join: see the text.
    for _ in adders:
        name, total = results.get()
        print(f"parent: {name} found {total}")
    for adder in adders:
        adder.join()


if __name__ == "__main__":
    main()
