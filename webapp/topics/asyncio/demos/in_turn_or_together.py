"""The same coroutines, awaited in turn or run as tasks together:
watch when each one asks."""

import asyncio

SECONDS = 0.2


async def fetch(number: int) -> None:
    print(f"fetch {number}: asks")
    await asyncio.sleep(SECONDS)
    print(f"fetch {number}: has its answer")


async def await_each(numbers: range) -> None:
    for number in numbers:
        await fetch(number)


async def gather_all(numbers: range) -> None:
    await asyncio.gather(*(fetch(number) for number in numbers))


async def group_all(numbers: range) -> None:
    async with asyncio.TaskGroup() as group:
        for number in numbers:
            group.create_task(fetch(number))


def main(tasks: int = 4, how: str = "gather") -> None:
    ways = {
        "await": await_each,
        "gather": gather_all,
        "taskgroup": group_all,
    }
    asyncio.run(ways[how](range(1, tasks + 1)))


if __name__ == "__main__":
    main()
