"""A task raises an exception: watch whether anybody hears of it, if its
result is asked for and if it is not."""

from concurrent.futures import ThreadPoolExecutor


def divide(number: int, divisor: int) -> float:
    print("task: begins")
    quotient = number / divisor
    print("task: is done")
    return quotient


def main(ask: str = "no") -> None:
    with ThreadPoolExecutor(max_workers=1) as pool:
        future = pool.submit(divide, 6, 0)
        if ask == "yes":
            try:
                print(f"main: the quotient is {future.result()}")
            except ZeroDivisionError as error:
                print(f"main: ZeroDivisionError, {error}")
    print("main: all is well")


if __name__ == "__main__":
    main()
