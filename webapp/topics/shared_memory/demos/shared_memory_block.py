"""Each process writes its part of one block, which it finds by a name:
watch the parent check it, and look for it at the end."""

import multiprocessing
from multiprocessing.shared_memory import SharedMemory


def write(name: str, number: int, start: int, stop: int) -> None:
    block = SharedMemory(name)  # the same bytes, not a copy
    block.buf[start:stop] = bytes([number]) * (stop - start)
    block.close()  # this process is through with it
    print(f"writer-{number}: wrote {stop - start} bytes from {start}")


def main(
    processes: int = 2, kilobytes: int = 64, start_method: str = "fork"
) -> None:
    context = multiprocessing.get_context(start_method)
    size = kilobytes * 1024
    block = SharedMemory(create=True, size=size)
    parts, writers = [], []
    for number in range(1, processes + 1):
        start = size * (number - 1) // processes
        stop = size * number // processes
        parts.append((number, start, stop))
        args = (block.name, number, start, stop)
        name = f"writer-{number}"
        writers.append(
            context.Process(target=write, name=name, args=args)
        )
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    right = 0
    for number, start, stop in parts:
        right += block.buf[start:stop].tobytes().count(number)
    print(f"parent: {right} of {size} bytes are right")
    block.close()
    block.unlink()  # once, by one of them: now the system frees it
    try:
        SharedMemory(block.name)
    except FileNotFoundError:
        print("parent: the block is gone")


if __name__ == "__main__":
    main()
