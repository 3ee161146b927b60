"""Computes until it is killed."""


def main() -> None:
    print("it begins")
    while True:
        pass


if __name__ == "__main__":
    main()
