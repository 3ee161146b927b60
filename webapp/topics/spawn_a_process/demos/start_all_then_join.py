"""Processes 0 to num are started, then all are joined: watch their
lines mix while each keeps its own order."""

import multiprocessing


def my_func(number: int) -> None:
    print(f"calling myFunc from process n°: {number}")
    for j in range(number):
        print(f"output from myFunc is :{j}")


def main(num: int = 4, start_method: str = "fork") -> None:
    context = multiprocessing.get_context(start_method)
    processes = [
        context.Process(target=my_func, args=(number,))
        for number in range(num + 1)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


if __name__ == "__main__":
    main()
