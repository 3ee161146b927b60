"""Writes 100 MB to standard output without print."""

import os


def main(size: int = 100_000_000) -> None:
    print("it begins")
    piece = b"x" * 1_000_000
    for _ in range(size // len(piece)):
        os.write(1, piece)


if __name__ == "__main__":
    main()
