"""A child gives itself a new name: watch what its parent calls it
afterwards."""

import multiprocessing


def rename() -> None:
    process = multiprocessing.current_process()
    print(f"child: I am called {process.name}")
    process.name = "new name"
    print(f"child: now I am called {process.name}")


def main(start_method: str = "fork") -> None:
    context = multiprocessing.get_context(start_method)
    child = context.Process(name="old name", target=rename)
    print(f"parent, before: the child is called {child.name}")
    child.start()
    child.join()
    print(f"parent, after: the child is called {child.name}")


if __name__ == "__main__":
    main()
