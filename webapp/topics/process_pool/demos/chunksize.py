"""Each task is a little longer than the one before: watch how the size
of the chunks divides the work, and how long the whole takes."""

import multiprocessing
import time

STEP = 0.002  # seconds


def work(task: int) -> tuple[str, float]:
    seconds = task * STEP
    time.sleep(seconds)
    return multiprocessing.current_process().name, seconds


def main(
    tasks: int = 32,
    chunksize: int = 1,
    processes: int = 2,
    start_method: str = "fork",
) -> None:
    context = multiprocessing.get_context(start_method)
    began = time.perf_counter()
    with context.Pool(processes) as pool:
        done = pool.map(work, range(1, tasks + 1), chunksize)
        pool.close()  # no more tasks: the workers may go
        pool.join()
    took = time.perf_counter() - began

    shares: dict[str, list[float]] = {}
    for worker, seconds in done:
        shares.setdefault(worker, []).append(seconds)
    for worker, share in sorted(shares.items()):
        print(f"{worker}: {len(share)} tasks, {sum(share):.3f} s")
    print(f"{len(shares)} of {processes} workers had work")
    print(f"the whole took {took:.3f} s")


if __name__ == "__main__":
    main()
