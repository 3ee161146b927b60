"""Computes until it is killed, and ignores the signal that its CPU time is over."""

import signal


def main() -> None:
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    print("it begins")
    while True:
        pass


if __name__ == "__main__":
    main()
