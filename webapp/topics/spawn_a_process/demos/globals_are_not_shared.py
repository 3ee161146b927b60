"""A child appends to a global list: watch what the parent finds in
its own list afterwards."""

import multiprocessing
import os

items: list[str] = []


def add_item() -> None:
    items.append("from the child")
    print(f"child {os.getpid()}: items = {items}")


def main(start_method: str = "fork") -> None:
    context = multiprocessing.get_context(start_method)
    child = context.Process(target=add_item)
    child.start()
    child.join()
    print(f"parent {os.getpid()}: items = {items}")


if __name__ == "__main__":
    main()
