"""Threads print to one stream. Each print is two writes, the text and
the newline: unbuffered, another thread may write between them."""

import sys
from threading import Barrier, Thread


def work(name: str, lines: int, together: Barrier) -> None:
    together.wait()
    for number in range(1, lines + 1):
        print(f"{name}: line {number}")


def main(
    threads: int = 4, lines: int = 200, buffering: str = "none"
) -> None:
    # Each write is handed on by itself, as with python -u; or else the
    # text waits for its newline, as in a terminal.
    at_once = buffering == "none"
    sys.stdout.reconfigure(line_buffering=True, write_through=at_once)

    together = Barrier(threads)
    workers = []
    for number in range(1, threads + 1):
        name = f"thread-{number}"
        args = (name, lines, together)
        workers.append(Thread(target=work, name=name, args=args))
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    main()
