"""Forks until it cannot. Each child waits, and ignores SIGTERM."""

import os
import signal


def main() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("it begins")
    while os.fork():
        pass
    signal.pause()


if __name__ == "__main__":
    main()
