"""Numbers become squares in one process and squares of squares in the
next: watch when results come, and how the end comes down."""

import multiprocessing
import time
from multiprocessing.connection import Connection

WORK_SECONDS = 0.02


def square_numbers(count: int, squares: Connection) -> None:
    for number in range(count):
        time.sleep(WORK_SECONDS)
        squares.send(number * number)
    print("squares: done", flush=True)
    squares.close()  # as the end of the process would do


def square_again(squares: Connection, results: Connection) -> None:
    try:
        while True:
            square = squares.recv()
            time.sleep(WORK_SECONDS)
            results.send(square * square)
    except EOFError:  # empty, and nobody can write any more
        print("squares-again: no more squares", flush=True)
    results.close()


def main(count: int = 10, start_method: str = "fork") -> None:
    context = multiprocessing.get_context(start_method)
    squares_in, squares_out = context.Pipe(duplex=False)
    first = context.Process(
        target=square_numbers, name="squares", args=(count, squares_out)
    )
    first.start()
    squares_out.close()  # now only the first child can write squares
    results_in, results_out = context.Pipe(duplex=False)
    second = context.Process(
        target=square_again,
        name="squares-again",
        args=(squares_in, results_out),
    )
    second.start()
    results_out.close()  # and only the second one results
    try:
        while True:
            print(f"parent: got {results_in.recv()}")
    except EOFError:
        print("parent: no more results")
    first.join()
    second.join()


if __name__ == "__main__":
    main()
