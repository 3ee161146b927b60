"""Tasks of one thread add to one counter: watch the total."""

import asyncio
from contextlib import nullcontext

count = 0


async def add(
    increments: int, guard: asyncio.Lock | nullcontext
) -> None:
    global count
    for _ in range(increments):
        async with guard:
            seen = count
            await asyncio.sleep(0)  # the other tasks have their turns
            count = seen + 1


async def add_all(tasks: int, increments: int, lock: str) -> None:
    guard = asyncio.Lock() if lock == "yes" else nullcontext()
    async with asyncio.TaskGroup() as group:
        for _ in range(tasks):
            group.create_task(add(increments, guard))


def main(
    tasks: int = 4, increments: int = 20, lock: str = "no"
) -> None:
    asyncio.run(add_all(tasks, increments, lock))
    print("expected:", tasks * increments)
    print("final:", count)


if __name__ == "__main__":
    main()
