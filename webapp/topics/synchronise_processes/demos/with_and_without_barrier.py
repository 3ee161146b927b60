"""p1 and p2 start apart and meet at a barrier; p3 and p4 start apart
and do not: compare the two stamps of each pair."""

import multiprocessing
import time
from datetime import datetime
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Barrier


def stamp() -> None:
    name = multiprocessing.current_process().name
    now = datetime.now()
    print(f"process {name} ----> {now:%Y-%m-%d %H:%M:%S.%f}")


def test_with_barrier(synchronizer: Barrier) -> None:
    synchronizer.wait()  # until both are here
    stamp()


def test_without_barrier() -> None:
    stamp()


def run_pair(
    first: BaseProcess, second: BaseProcess, stagger_seconds: float
) -> None:
    first.start()
    time.sleep(stagger_seconds)
    second.start()
    first.join()
    second.join()


def main(
    stagger_seconds: float = 0.2, start_method: str = "fork"
) -> None:
    context = multiprocessing.get_context(start_method)
    synchronizer = context.Barrier(2)
    p1, p2 = (
        context.Process(
            name=f"{p} - test_with_barrier",
            target=test_with_barrier,
            args=(synchronizer,),
        )
        for p in ("p1", "p2")
    )
    p3, p4 = (
        context.Process(
            name=f"{p} - test_without_barrier",
            target=test_without_barrier,
        )
        for p in ("p3", "p4")
    )
    run_pair(p1, p2, stagger_seconds)
    run_pair(p3, p4, stagger_seconds)


if __name__ == "__main__":
    main()
