"""This file starts a child whenever it is run, even by a child that
imports it: watch what a spawned child does, and a forked one."""

import multiprocessing
import sys

sys.tracebacklimit = 0  # of an error show the message, not the calls


def work() -> None:
    print("child: at work")


def main(start_method: str = "spawn") -> None:
    context = multiprocessing.get_context(start_method)
    child = context.Process(target=work, name="child")
    child.start()
    child.join()
    print(f"parent: the child's exit code is {child.exitcode}")


# A spawned child imports this file, and calls it __mp_main__. These two
# lines do what main() would do if the guard below were forgotten.
if __name__ == "__mp_main__":
    main()

if __name__ == "__main__":
    main()
