"""The same threads, but each line is one write, its newline included:
watch what comes between."""

import sys
from threading import Barrier, Thread


def work(name: str, lines: int, how: str, together: Barrier) -> None:
    together.wait()
    for number in range(1, lines + 1):
        line = f"{name}: line {number}\n"
        if how == "print":
            print(line, end="")
        else:
            sys.stdout.write(line)


def main(
    threads: int = 4, lines: int = 200, how: str = "print"
) -> None:
    # As with python -u, each write is handed on by itself.
    sys.stdout.reconfigure(line_buffering=True, write_through=True)

    together = Barrier(threads)
    workers = []
    for number in range(1, threads + 1):
        name = f"thread-{number}"
        args = (name, lines, how, together)
        workers.append(Thread(target=work, name=name, args=args))
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    main()
