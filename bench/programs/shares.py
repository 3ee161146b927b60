"""Share semaphores and memory with a child; with `stays`, wait until killed."""

from __future__ import annotations

import multiprocessing
import signal
from contextlib import AbstractContextManager
from multiprocessing import shared_memory


def work(lock: AbstractContextManager[bool], stays: bool) -> None:
    with lock:
        if stays:
            print("ready")
            signal.pause()


def main(method: str = "fork", stays: bool = False) -> None:
    if stays:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    context = multiprocessing.get_context(method)
    lock = multiprocessing.get_context("spawn").Lock()
    memory = shared_memory.SharedMemory(create=True, size=1000)
    child = context.Process(  # type: ignore[attr-defined]
        target=work, args=(lock, stays)
    )
    child.start()
    child.join()
    memory.close()
    memory.unlink()


if __name__ == "__main__":
    main()
