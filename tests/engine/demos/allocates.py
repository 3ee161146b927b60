"""Allocates memory until there is none, and says so."""


def main(pieces: int = 1_000) -> None:
    print("it begins")
    taken = []
    try:
        for _ in range(pieces):
            taken.append(bytearray(100_000_000))
    except MemoryError:
        taken.clear()
        print("MemoryError")


if __name__ == "__main__":
    main()
