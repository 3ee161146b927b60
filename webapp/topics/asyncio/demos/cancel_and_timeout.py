"""A task is too slow for its timeout: watch how it is cancelled."""

import asyncio


async def slow() -> None:
    print("slow: begins")
    try:
        await asyncio.sleep(10)
        print("slow: is done")
    except asyncio.CancelledError:
        print("slow: is cancelled")
        raise
    finally:
        print("slow: cleans up")


async def wait_for_it(seconds: float) -> None:
    task = asyncio.create_task(slow())
    try:
        async with asyncio.timeout(seconds):
            await task
    except TimeoutError:
        print("main: the time is up")
    print("main: cancelled?", task.cancelled())


def main(seconds: float = 0.5) -> None:
    asyncio.run(wait_for_it(seconds))


if __name__ == "__main__":
    main()
