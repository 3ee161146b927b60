"""Behind the last item the producer puts one None for each consumer:
watch who gets which item, and who ends."""

import multiprocessing
import time
from multiprocessing.queues import Queue

WORK_SECONDS = 0.1


def produce(queue: Queue, n: int, consumers: int) -> None:
    for item in range(1, n + 1):
        queue.put(item)
    for _ in range(consumers):
        queue.put(None)


def consume(queue: Queue) -> None:
    name = multiprocessing.current_process().name
    count = 0
    # get() waits while there is nothing; None says that this is all.
    while (item := queue.get()) is not None:
        print(f"{name}: got item {item}")
        time.sleep(WORK_SECONDS)
        count += 1
    print(f"{name}: done, items: {count}")


def main(
    n: int = 5, consumers: int = 2, start_method: str = "fork"
) -> None:
    context = multiprocessing.get_context(start_method)
    queue = context.Queue()
    processes = [
        context.Process(
            target=produce, name="producer", args=(queue, n, consumers)
        )
    ]
    for number in range(1, consumers + 1):
        processes.append(
            context.Process(
                target=consume, name=f"consumer-{number}", args=(queue,)
            )
        )
    for process in processes:
        process.start()
    for process in processes:
        process.join()


if __name__ == "__main__":
    main()
