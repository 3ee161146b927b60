"""Each process fills its own cells of a shared array and counts them in
a shared value: watch what the parent finds in both."""

import multiprocessing
from multiprocessing.sharedctypes import Synchronized, SynchronizedArray

CELLS = 12


def fill(
    cells: SynchronizedArray, filled: Synchronized, share: range
) -> None:
    for cell in share:
        cells[cell] = cell * cell  # its own cell: nobody else writes it
    with filled.get_lock():  # read, add, write: all of them do it
        filled.value += len(share)
    name = multiprocessing.current_process().name
    print(f"{name}: filled {len(share)} cells")


def main(processes: int = 2, start_method: str = "fork") -> None:
    context = multiprocessing.get_context(start_method)
    cells = context.Array("i", CELLS)  # twelve C ints, all of them 0
    filled = context.Value("i", 0)
    writers = []
    for number in range(processes):
        share = range(number, CELLS, processes)
        writers.append(
            context.Process(
                target=fill,
                name=f"writer-{number + 1}",
                args=(cells, filled, share),
            )
        )
    print("before:", list(cells))
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    print("after:", list(cells))
    print(f"filled: {filled.value}")


if __name__ == "__main__":
    main()
