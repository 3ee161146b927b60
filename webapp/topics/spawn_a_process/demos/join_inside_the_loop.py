"""Each process is joined before the next one is started: watch which of
them run together, and the time."""

import multiprocessing
import time


def work(number: int, seconds: float) -> None:
    print(f"process {number} begins")
    time.sleep(seconds)
    print(f"process {number} ends")


def main(
    num: int = 4, work_seconds: float = 0.2, start_method: str = "fork"
) -> None:
    context = multiprocessing.get_context(start_method)
    began = time.perf_counter()
    for number in range(num + 1):
        process = context.Process(
            target=work, args=(number, work_seconds)
        )
        process.start()
        # The parent waits here: no other child exists meanwhile.
        process.join()
    took = time.perf_counter() - began
    print(f"parent: all done after {took:.2f} s")


if __name__ == "__main__":
    main()
