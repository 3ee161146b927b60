"""Threads hash large buffers, which is done in C without the GIL: watch
the same digests come both ways, and compare the speed-up."""

import hashlib
import os
import time
from threading import Thread


def digest(number: int, buffer: bytes) -> str:
    found = hashlib.sha256(bytes([number]))
    found.update(buffer)  # in C: lets go of the GIL for a large buffer
    return found.hexdigest()[:16]


def work_on(number: int, buffer: bytes, digests: list[str]) -> None:
    digests[number] = digest(number, buffer)


def main(workers: int = 2, megabytes: int = 32) -> None:
    buffer = bytes(megabytes * 1_000_000)

    began = time.perf_counter()
    digests = [digest(number, buffer) for number in range(workers)]
    serial = time.perf_counter() - began
    print(f"serial: took {serial:.3f} s, {' '.join(digests)}")

    digests = [""] * workers
    threads = [
        Thread(target=work_on, args=(number, buffer, digests))
        for number in range(workers)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    print(f"threads: took {took:.3f} s, {' '.join(digests)}")
    ideal = min(workers, os.cpu_count() or 1)
    print(f"speed-up: {serial / took:.2f}, ideal: {ideal}")


if __name__ == "__main__":
    main()
