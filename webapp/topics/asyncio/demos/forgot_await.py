"""A coroutine that nobody awaits: watch for the line that it prints."""

import asyncio


async def save(text: str) -> None:
    print("saved:", text)


async def edit(awaited: str) -> None:
    print("main: saves")
    if awaited == "yes":
        await save("an hour of work")
    else:
        save("an hour of work")  # makes a coroutine, and runs nothing
    print("main: closes the editor")


def main(awaited: str = "no") -> None:
    asyncio.run(edit(awaited))


if __name__ == "__main__":
    main()
