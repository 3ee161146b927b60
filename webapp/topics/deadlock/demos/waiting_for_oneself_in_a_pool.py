"""A task submits another task to its own pool and waits for its result:
in a pool of one thread, no thread is left to run it."""

from concurrent.futures import ThreadPoolExecutor


def answer() -> int:
    print("inner task: runs")
    return 42


def ask(pool: ThreadPoolExecutor) -> None:
    future = pool.submit(answer)
    print("outer task: waits for the result of the inner one")
    print(f"outer task: the result is {future.result()}")


def main(threads: int = 1) -> None:
    with ThreadPoolExecutor(threads) as pool:
        outer = pool.submit(ask, pool)
        outer.result()
    print("both tasks are done")


if __name__ == "__main__":
    main()
