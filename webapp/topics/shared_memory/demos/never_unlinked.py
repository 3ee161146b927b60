"""A block of shared memory that nobody unlinks: watch who complains
about it when the program is over."""

import multiprocessing
from multiprocessing.shared_memory import SharedMemory

TEXT = b"hello from the child"


def write(name: str) -> None:
    block = SharedMemory(name)
    block.buf[: len(TEXT)] = TEXT
    block.close()


def main(start_method: str = "fork") -> None:
    context = multiprocessing.get_context(start_method)
    block = SharedMemory(create=True, size=len(TEXT))
    child = context.Process(
        target=write, name="child", args=(block.name,)
    )
    child.start()
    child.join()
    text = block.buf[: len(TEXT)].tobytes().decode()
    print(f"parent: the block says: {text}")
    # close() ends only this process's use of it. What would free it
    # is missing here: block.unlink()
    block.close()
    print("parent: closed the block, and ends")


if __name__ == "__main__":
    main()
