"""Every thread introduces itself, main too: watch the names, which
anybody may choose, and the IDs, which nobody can."""

import os
from threading import Barrier, Thread, current_thread, main_thread


def introduce(everybody: Barrier) -> None:
    me = current_thread()
    role = "main thread" if me is main_thread() else "thread"
    print(
        f"{role} {me.name}: ident {me.ident},"
        f" native ID {me.native_id}, process ID {os.getpid()}"
    )
    # Once a thread is over, its IDs may be given to another one.
    everybody.wait()


def rename(everybody: Barrier) -> None:
    before = current_thread().name
    current_thread().name = "renamed"
    print(f"{before} is now called {current_thread().name}")
    introduce(everybody)


def main(thread_count: int = 3) -> None:
    everybody = Barrier(thread_count + 3)
    threads = [
        Thread(target=introduce, args=(everybody,))
        for _ in range(thread_count)
    ]
    threads += [
        Thread(target=introduce, name="chosen", args=(everybody,)),
        Thread(target=rename, args=(everybody,)),
    ]
    for thread in threads:
        thread.start()
    introduce(everybody)
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
