"""Prints 100 MB, in lines of 100 bytes."""


def main(lines: int = 1_000_000) -> None:
    line = "x" * 99
    print("it begins")
    for _ in range(lines):
        print(line)


if __name__ == "__main__":
    main()
