"""A process is ended while it holds a lock: watch what becomes of the
next one that wants it."""

import multiprocessing
from multiprocessing.synchronize import Event, Lock


def hold(lock: Lock, ready: Event, stop: Event) -> None:
    with lock:
        print("holder: has the lock", flush=True)
        ready.set()
        stop.wait()
    print("holder: has released the lock", flush=True)


def want(lock: Lock) -> None:
    print("other: wants the lock", flush=True)
    with lock:
        print("other: has the lock", flush=True)


def main(how: str = "terminate", start_method: str = "fork") -> None:
    context = multiprocessing.get_context(start_method)
    lock = context.Lock()
    ready, stop = context.Event(), context.Event()
    holder = context.Process(
        target=hold, name="holder", args=(lock, ready, stop)
    )
    holder.start()
    ready.wait()
    if how == "terminate":
        holder.terminate()
    else:
        stop.set()
    holder.join()
    print(f"parent: the holder is over, exit code {holder.exitcode}")
    other = context.Process(target=want, name="other", args=(lock,))
    other.start()
    other.join()
    print("parent: the other is over")


if __name__ == "__main__":
    main()
