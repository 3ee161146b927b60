"""Each task submits another one to its own executor, and waits for it."""
import threading
from concurrent.futures import ThreadPoolExecutor

both = threading.Barrier(2)


def inner():
    return 1


def outer():
    both.wait()
    return pool.submit(inner).result()


pool = ThreadPoolExecutor(2)
tasks = [pool.submit(outer) for _ in range(2)]
print([task.result() for task in tasks])
