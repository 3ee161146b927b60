"""All threads are started, then all are joined: watch one line come
from each, not necessarily in the order of starting."""

from threading import Thread


def my_func(number: int) -> None:
    print(f"my func called by thread N^{number}")


def main(thread_count: int = 5) -> None:
    threads = [
        Thread(target=my_func, args=(number,))
        for number in range(thread_count)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
