"""Writes 100 MB without an end of line to where the recorder reports to."""

import os
import signal

RECORDER = 500


def main(size: int = 100_000_000) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("it begins")
    piece = b"x" * 60_000
    for _ in range(size // len(piece)):
        os.write(RECORDER, piece)


if __name__ == "__main__":
    main()
