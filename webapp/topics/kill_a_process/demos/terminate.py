"""A process would work for a minute and is terminated sooner: watch
its state, and whether it is alive, at each step to its exit code."""

import multiprocessing
import time


def work() -> None:
    time.sleep(60)


def main(duration: float = 1, start_method: str = "fork") -> None:
    multiprocessing.set_start_method(start_method)
    process = multiprocessing.Process(
        name="Primary Process", target=work
    )
    print(f"Process before execution: {process} {process.is_alive()}")
    process.start()
    print(f"Process running: {process} {process.is_alive()}")
    process.join(duration)  # waits no longer than that
    process.terminate()
    # Only asked for: it need not be over yet.
    print(f"Process terminated: {process} {process.is_alive()}")
    process.join()
    print(f"Process joined: {process} {process.is_alive()}")
    print(f"Process exit code: {process.exitcode}")


if __name__ == "__main__":
    main()
