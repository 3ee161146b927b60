"""A hundred thousand acquires and releases, by four threads."""

import threading


def main(turns: int = 25_000) -> None:
    lock = threading.Lock()

    def take() -> None:
        for _ in range(turns):
            with lock:
                pass

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
