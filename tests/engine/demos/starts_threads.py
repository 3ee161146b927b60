"""Starts threads until it cannot, and says why."""

import threading


def main(limit: int = 100_000) -> None:
    print("it begins")
    end = threading.Event()
    started = 0
    try:
        for _ in range(limit):
            threading.Thread(target=end.wait).start()
            started += 1
    except RuntimeError as error:
        print(error)
    end.set()
    print("started some", started > 20)


if __name__ == "__main__":
    main()
