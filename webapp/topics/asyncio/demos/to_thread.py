"""time.sleep() again, in threads: watch the heart beat meanwhile."""

import asyncio
import time

SECONDS = 0.2


def work(number: int) -> None:
    print(f"task {number}: begins")
    time.sleep(SECONDS)  # only a thread of the pool sleeps
    print(f"task {number}: is done")


async def heart() -> None:
    while True:
        print("heart: beats")
        await asyncio.sleep(0.05)


async def work_all(tasks: int) -> None:
    beating = asyncio.create_task(heart())
    numbers = range(1, tasks + 1)
    works = [asyncio.to_thread(work, number) for number in numbers]
    await asyncio.gather(*works)
    beating.cancel()


def main(tasks: int = 4) -> None:
    asyncio.run(work_all(tasks))


if __name__ == "__main__":
    main()
