"""Two ways to tell a thread its number, and then the loop goes on:
watch which of them still gives each thread its own."""

from threading import Thread


def report(way: str, number: int) -> None:
    print(f"{way}: number {number}")


def main(thread_count: int = 5, start: str = "after") -> None:
    threads = []
    for number in range(thread_count):
        # The lambda has no number yet: it looks when it is called.
        late = Thread(target=lambda: report("lambda", number))
        # Here the number is looked up now, and the thread keeps it.
        early = Thread(target=report, args=("args", number))
        threads += [late, early]
        if start == "inside":
            late.start()
            early.start()
    if start == "after":
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
