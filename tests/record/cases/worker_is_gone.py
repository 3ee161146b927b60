"""A worker of a pool is ended in the middle of a task, as by the kernel if memory runs out."""

from multiprocessing import Pool
from os import _exit


def work(number):
    if number == 2:
        _exit(1)
    return number


if __name__ == "__main__":
    with Pool(2) as pool:
        print(pool.map(work, range(4)))
