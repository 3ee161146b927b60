"""The same picture goes to a child as a copy and by shared memory:
watch what each way takes, in time and in memory of the child."""

import multiprocessing
import random
import time
import tracemalloc
import zlib
from multiprocessing.connection import Connection
from multiprocessing.queues import Queue
from multiprocessing.shared_memory import SharedMemory


class Picture:
    def __init__(self, pixels: bytes) -> None:
        self.pixels = pixels


def read(queue: Queue, answers: Connection) -> None:
    tracemalloc.start()  # counts what Python allocates from here on
    answers.send("ready")
    sent = queue.get()  # a whole picture, or the name of a block
    if isinstance(sent, Picture):
        checksum = zlib.crc32(sent.pixels)
    else:
        block = SharedMemory(sent)
        checksum = zlib.crc32(block.buf)
        block.close()
    _, most = tracemalloc.get_traced_memory()
    answers.send((checksum, most))


def main(megabytes: int = 16, start_method: str = "fork") -> None:
    context = multiprocessing.get_context(start_method)
    pixels = random.randbytes(megabytes << 20)
    print(f"parent: checksum {zlib.crc32(pixels)}")
    block = SharedMemory(create=True, size=len(pixels))
    for way in ("copy", "share"):
        queue, (answers, end) = context.Queue(), context.Pipe()
        child = context.Process(
            target=read, name=way, args=(queue, end)
        )
        child.start()
        answers.recv()  # it is ready: its start does not count
        began = time.perf_counter()
        if way == "copy":
            queue.put(Picture(pixels))
        else:
            block.buf[: len(pixels)] = pixels
            queue.put(block.name)
        checksum, most = answers.recv()
        took = (time.perf_counter() - began) * 1000
        print(f"{way}: checksum {checksum}, took {took:.1f} ms")
        print(f"{way}: the child allocated {most / 2**20:.1f} MB")
        child.join()
    block.close()
    block.unlink()


if __name__ == "__main__":
    main()
