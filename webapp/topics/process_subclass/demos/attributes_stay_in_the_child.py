"""run() stores its result in self.result: watch what the child sees
there, and what the parent finds after join()."""

import multiprocessing


class Squarer(multiprocessing.Process):
    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self.result: int | None = None

    def run(self) -> None:
        self.result = self.number**2
        print(f"child: {self.name}.result = {self.result}")


def main(count: int = 3, start_method: str = "fork") -> None:
    multiprocessing.set_start_method(start_method)
    squarers = [Squarer(number) for number in range(1, count + 1)]
    for squarer in squarers:
        squarer.start()
    for squarer in squarers:
        squarer.join()
    for squarer in squarers:
        print(f"parent: {squarer.name}.result = {squarer.result}")


if __name__ == "__main__":
    main()
