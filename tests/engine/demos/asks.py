"""Prints its user, groups and privileges, and tries what it may not do."""

import multiprocessing
import os
import tempfile
from collections.abc import Callable


def attempt(name: str, what: Callable[[], object]) -> None:
    try:
        print(name, what())
    except OSError as error:
        print(name, type(error).__name__)


def tell(method: str) -> None:
    print(method, os.getuid(), os.getgid(), os.getgroups())


def read(path: str) -> str:
    with open(path) as file:
        return file.read()


def main(server: int = 0, database: str = "") -> None:
    tell("itself")
    for method in ("fork", "spawn", "forkserver"):
        context = multiprocessing.get_context(method)
        child = context.Process(  # type: ignore[attr-defined]
            target=tell, args=(method,)
        )
        child.start()
        child.join()
    attempt("environ", lambda: read(f"/proc/{server}/environ"))
    attempt("database", lambda: read(database))
    attempt("signal", lambda: os.kill(server, 0))
    attempt("other runs", lambda: os.listdir("../.."))
    attempt("privileges", lambda: "NoNewPrivs:\t1" in read("/proc/self/status"))
    os.makedirs("folder/within")
    attempt("temporary", lambda: tempfile.mkdtemp() != "")


if __name__ == "__main__":
    main()
