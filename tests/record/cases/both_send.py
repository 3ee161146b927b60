"""Both ends of a pipe send more than it holds, and neither receives."""
from multiprocessing import Pipe, Process


def answer(theirs):
    theirs.send("b" * 1_000_000)
    print(len(theirs.recv()))


if __name__ == "__main__":
    ours, theirs = Pipe()
    child = Process(target=answer, args=(theirs,))
    child.start()
    ours.send("a" * 1_000_000)
    print(len(ours.recv()))
