"""A parent and its child talk through one pipe, both ways: watch in
which order the questions arrive, and the answers."""

import multiprocessing
from multiprocessing.connection import Connection


def answer(end: Connection) -> None:
    # recv() waits while there is nothing; None says that this is all.
    while (number := end.recv()) is not None:
        print(f"child: received {number}", flush=True)
        end.send(number * number)
    print("child: done")


def main(messages: int = 5, start_method: str = "fork") -> None:
    context = multiprocessing.get_context(start_method)
    ours, theirs = context.Pipe()  # what one sends, the other receives
    child = context.Process(target=answer, name="child", args=(theirs,))
    child.start()
    for number in range(1, messages + 1):
        ours.send(number)
        square = ours.recv()
        print(f"parent: sent {number}, got {square}")
    ours.send(None)
    child.join()


if __name__ == "__main__":
    main()
