"""The child reads until the pipe ends, and the parent forgets to close
its writing end: watch what each of them waits for."""

import multiprocessing
from multiprocessing.connection import Connection

MESSAGES = 3


def read(reader: Connection, writer: Connection) -> None:
    writer.close()  # a child has ends of its own: this one is unused
    try:
        while True:
            print(f"child: received {reader.recv()}", flush=True)
    except EOFError:  # empty, and nobody can write any more
        print("child: the pipe has ended")


def main(closes: str = "no", start_method: str = "fork") -> None:
    context = multiprocessing.get_context(start_method)
    reader, writer = context.Pipe(duplex=False)
    child = context.Process(
        target=read, name="child", args=(reader, writer)
    )
    child.start()
    for number in range(1, MESSAGES + 1):
        writer.send(number)
    print(f"parent: sent {MESSAGES} messages", flush=True)
    if closes == "yes":
        writer.close()
    child.join()
    print("parent: the child is over")


if __name__ == "__main__":
    main()
