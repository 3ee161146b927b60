"""Opens files until it cannot, and says why."""


def main(limit: int = 100_000) -> None:
    print("it begins")
    files = []
    try:
        for _ in range(limit):
            files.append(open(__file__))
    except OSError as error:
        print(error.strerror)
    print("opened some", len(files) > 200)


if __name__ == "__main__":
    main()
