"""Two threads need the same two locks and take them in opposite order:
watch what each of them holds, and what it waits for."""

from threading import Barrier, Lock, Thread

printer = Lock()
scanner = Lock()
each_has_one = Barrier(2)


def ada(between: str) -> None:
    with printer:
        print("ada: has the printer, wants the scanner")
        if between == "barrier":
            each_has_one.wait()
        with scanner:
            print("ada: has both")
    print("ada: done")


def bob(between: str) -> None:
    with scanner:
        print("bob: has the scanner, wants the printer")
        if between == "barrier":
            each_has_one.wait()
        with printer:
            print("bob: has both")
    print("bob: done")


def main(between: str = "barrier") -> None:
    threads = [
        Thread(target=ada, name="ada", args=(between,)),
        Thread(target=bob, name="bob", args=(between,)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("both are done")


if __name__ == "__main__":
    main()
