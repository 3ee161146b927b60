"""Ten threads that wait until they are stopped."""

import threading
import time


def work(number: int) -> None:
    print("thread", number)
    time.sleep(60)


def main() -> None:
    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
