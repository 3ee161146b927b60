"""Tasks that call time.sleep(): watch what the heart does meanwhile."""

import asyncio
import time

SECONDS = 0.2


async def work(number: int) -> None:
    print(f"task {number}: begins")
    time.sleep(SECONDS)  # the whole thread sleeps
    print(f"task {number}: is done")


async def heart() -> None:
    while True:
        print("heart: beats")
        await asyncio.sleep(0.05)


async def work_all(tasks: int) -> None:
    beating = asyncio.create_task(heart())
    numbers = range(1, tasks + 1)
    await asyncio.gather(*(work(number) for number in numbers))
    beating.cancel()


def main(tasks: int = 4) -> None:
    asyncio.run(work_all(tasks))


if __name__ == "__main__":
    main()
