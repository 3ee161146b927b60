"""Writes a file of 1 GB, and says why it cannot."""


def main(size: int = 1_000_000_000) -> None:
    print("it begins")
    piece = b"x" * 1_000_000
    try:
        with open("large", "wb", buffering=0) as file:
            while file.tell() < size:
                file.write(piece)
    except OSError as error:
        print(error.strerror)


if __name__ == "__main__":
    main()
