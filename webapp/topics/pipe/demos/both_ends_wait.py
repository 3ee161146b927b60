"""Parent and child both receive before they send: watch what each of
them waits for."""

import multiprocessing
from multiprocessing.connection import Connection


def greet(end: Connection) -> None:
    print("child: waits for a greeting", flush=True)
    greeting = end.recv()
    print(f"child: got {greeting}")
    end.send("hello from the child")


def main(start_method: str = "fork") -> None:
    context = multiprocessing.get_context(start_method)
    ours, theirs = context.Pipe()
    child = context.Process(target=greet, name="child", args=(theirs,))
    child.start()
    print("parent: waits for a greeting", flush=True)
    greeting = ours.recv()  # the child would send it, if we sent first
    print(f"parent: got {greeting}")
    ours.send("hello from the parent")
    child.join()


if __name__ == "__main__":
    main()
