"""Prints 100 MB in one line."""


def main(size: int = 100_000_000) -> None:
    print("it begins")
    print("x" * size)


if __name__ == "__main__":
    main()
