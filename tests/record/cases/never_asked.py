"""Tasks raise, and nobody asks their futures."""

import asyncio
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import Pool


def work(number):
    if number % 2:
        raise ValueError(number)
    return number


async def lose():
    raise KeyError("lost")


async def main():
    task = asyncio.create_task(lose(), name="loser")
    await asyncio.sleep(0)
    del task
    try:
        await asyncio.to_thread(work, 1)
    except ValueError:
        print("seen")


if __name__ == "__main__":
    with ThreadPoolExecutor(2) as threads:
        lost = threads.submit(work, 1)
        fine = threads.submit(work, 2)
        asked = threads.submit(work, 3)
        late = threads.submit(work, 5)
        print(asked.exception())
    print(late.exception(), late.exception())
    with ProcessPoolExecutor(1) as processes:
        mapped = processes.map(work, [7])
        given = processes.submit(work, 9)
        given.add_done_callback(lambda future: print(future.exception()))
    with Pool(1) as pool:
        told = pool.apply_async(work, [11], error_callback=print)
        got = pool.apply_async(work, [13])
        forgotten = pool.apply_async(work, [15])
        pool.close()
        pool.join()
        try:
            got.get()
        except ValueError as error:
            print(error)
    asyncio.run(main())
