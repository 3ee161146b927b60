"""Writes 100 MB without an end of line into the recorder's FIFO."""

import os
import signal

HIGHEST = max(map(int, os.listdir("/proc/self/fd")))


def main(size: int = 100_000_000) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("it begins")
    piece = b"x" * 60_000
    # The recorder's FIFO is open twice, as the two highest numbers; the highest is non-blocking.
    recorder = HIGHEST - 1
    for _ in range(size // len(piece)):
        os.write(recorder, piece)


if __name__ == "__main__":
    main()
