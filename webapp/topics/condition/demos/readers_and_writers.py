"""Many may read at once, but who writes is alone: watch how long the
writers wait while reader after reader comes in."""

import time
from threading import Condition, Thread

condition = Condition()
reading = waiting = writing = 0  # threads at each of these


def read(number: int, prefer: str) -> None:
    global reading
    for _ in range(3):
        with condition:
            while writing or (waiting and prefer == "writers"):
                condition.wait()
            reading += 1
            print(f"reader {number} reads")
        time.sleep(0.06 + 0.02 * number)  # out of step with others
        with condition:
            reading -= 1
            print(f"reader {number} is done")
            condition.notify_all()


def write(number: int) -> None:
    global waiting, writing
    with condition:
        waiting += 1
        print(f"writer {number} wants to write")
        while reading or writing:
            condition.wait()
        waiting -= 1
        writing += 1
        print(f"writer {number} writes")
    time.sleep(0.1)
    with condition:
        writing -= 1
        print(f"writer {number} is done")
        condition.notify_all()


def main(
    readers: int = 4, writers: int = 2, prefer: str = "readers"
) -> None:
    threads = []
    for number in range(1, readers + 1):
        name, args = f"reader-{number}", (number, prefer)
        threads.append(Thread(target=read, name=name, args=args))
    for number in range(1, writers + 1):
        name, args = f"writer-{number}", (number,)
        threads.append(Thread(target=write, name=name, args=args))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
