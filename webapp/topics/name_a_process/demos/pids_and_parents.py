"""A child starts a child, and so on: watch whose process ID each of
them names as that of its parent."""

import multiprocessing
import os


def introduce(level: int) -> None:
    process = multiprocessing.current_process()
    parent = multiprocessing.parent_process()
    parent_pid = parent.pid if parent else None
    print(
        f"level {level}: {process.name}, process ID {os.getpid()}, "
        f"parent {parent_pid}, system's parent {os.getppid()}"
    )


def descend(level: int, depth: int, start_method: str) -> None:
    introduce(level)
    if level < depth:
        context = multiprocessing.get_context(start_method)
        child = context.Process(
            target=descend, args=(level + 1, depth, start_method)
        )
        child.start()
        child.join()


def main(depth: int = 2, start_method: str = "fork") -> None:
    descend(0, depth, start_method)


if __name__ == "__main__":
    main()
