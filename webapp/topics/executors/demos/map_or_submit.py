"""One task in the middle raises: watch which results still come by map,
and which by submit."""

from concurrent.futures import ThreadPoolExecutor


def work(task: int, broken: int) -> int:
    if task == broken:
        raise ValueError(f"task {task} is broken")
    return task


def by_map(numbers: range, broken: int) -> None:
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = pool.map(work, numbers, [broken] * len(numbers))
        try:
            for result in results:
                print(f"map: result of task {result}")
        except ValueError as error:
            print(f"map: ValueError, {error}")


def by_submit(numbers: range, broken: int) -> None:
    with ThreadPoolExecutor(max_workers=2) as pool:
        futures = [
            pool.submit(work, number, broken) for number in numbers
        ]
        for future in futures:
            try:
                print(f"submit: result of task {future.result()}")
            except ValueError as error:
                print(f"submit: ValueError, {error}")


def main(tasks: int = 4) -> None:
    numbers = range(1, tasks + 1)
    broken = (tasks + 1) // 2
    by_map(numbers, broken)
    by_submit(numbers, broken)


if __name__ == "__main__":
    main()
