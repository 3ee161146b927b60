"""Many tasks sleep at once in one thread: watch how long all take."""

import asyncio
from threading import current_thread
from time import perf_counter


async def sleeper(seconds: float) -> str:
    await asyncio.sleep(seconds)
    return current_thread().name


async def sleep_all(tasks: int, seconds: float) -> None:
    began = perf_counter()
    sleepers = [sleeper(seconds) for _ in range(tasks)]
    threads = await asyncio.gather(*sleepers)
    took = perf_counter() - began
    print(f"{len(threads)} tasks have slept {seconds} s each")
    print("threads that ran them:", *set(threads))
    print(f"all together: {took:.3f} s")


def main(tasks: int = 100, seconds: float = 0.5) -> None:
    asyncio.run(sleep_all(tasks, seconds))


if __name__ == "__main__":
    main()
