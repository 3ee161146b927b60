"""Two processes, one with a name of our choice and one with Python's:
watch which name the second one gets."""

import multiprocessing
import time


def my_func(stay_seconds: float) -> None:
    name = multiprocessing.current_process().name
    print(f"Starting process name = {name}")
    time.sleep(stay_seconds)
    print(f"Exiting process name = {name}")


def main(stay_seconds: float = 0.5, start_method: str = "fork") -> None:
    multiprocessing.set_start_method(start_method)
    named = multiprocessing.Process(
        name="myFunc process", target=my_func, args=(stay_seconds,)
    )
    default = multiprocessing.Process(
        target=my_func, args=(stay_seconds,)
    )
    named.start()
    default.start()
    named.join()
    default.join()


if __name__ == "__main__":
    main()
