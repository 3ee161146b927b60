"""The parent closes its end of the pipe, but the child has a copy of it: so EOFError never comes."""

from multiprocessing import Pipe, get_context


def work(theirs):
    try:
        while True:
            print(theirs.recv(), flush=True)
    except EOFError:
        print("over", flush=True)


if __name__ == "__main__":
    ours, theirs = Pipe()
    child = get_context("fork").Process(target=work, args=(theirs,))
    child.start()
    theirs.close()
    ours.send("hello")
    ours.close()
    child.join()
