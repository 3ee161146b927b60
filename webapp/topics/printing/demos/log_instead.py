"""The same threads write by logging: one handler, which holds its lock
while it writes a line, and which knows the thread's name."""

import logging
import sys
from threading import Barrier, Thread

log = logging.getLogger("workers")


def work(lines: int, together: Barrier) -> None:
    together.wait()
    for number in range(1, lines + 1):
        log.info("line %d", number)


def main(threads: int = 4, lines: int = 200) -> None:
    # As with python -u, each write is handed on by itself.
    sys.stdout.reconfigure(line_buffering=True, write_through=True)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        logging.Formatter("%(threadName)s: %(message)s")
    )
    log.addHandler(handler)
    log.setLevel(logging.INFO)

    together = Barrier(threads)
    workers = []
    for number in range(1, threads + 1):
        name = f"thread-{number}"
        args = (lines, together)
        workers.append(Thread(target=work, name=name, args=args))
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    main()
