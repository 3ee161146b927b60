"""Run many lines, and print the processor time that they took, in seconds: bench/slow_motion.py."""

import time

counter = 0


def plain(turns: int) -> None:
    value = 0
    for turn in range(turns):
        value = turn + value


def touching(turns: int) -> None:
    global counter  # noqa: PLW0603  (the lines that it is about)
    for _ in range(turns):
        counter += 1


def main(lines: str = "plain", turns: int = 4000) -> None:
    began = time.thread_time()
    {"plain": plain, "touching": touching}[lines](turns)
    print(time.thread_time() - began)


if __name__ == "__main__":
    main()
