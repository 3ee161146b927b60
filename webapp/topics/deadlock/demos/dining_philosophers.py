"""Philosophers sit round a table, a fork between each two, and eat with
both forks: watch who eats, by chance and by two rules."""

import random
import time
from collections.abc import Callable
from threading import Barrier, Lock, Semaphore, Thread

NAMES = "Plato Farabi Hypatia Avicenna Kant Khayyam Arendt".split()
MEALS = 2

Pause = Callable[[], object]


def dine(
    name: str,
    order: list[int],
    forks: list[Lock],
    waiter: Semaphore,
    pauses: tuple[Pause, Pause],
) -> None:
    first, second = order
    hesitate, reach = pauses
    for meal in range(1, MEALS + 1):
        hesitate()
        with waiter, forks[first]:
            print(f"{name} has fork {first}, wants fork {second}")
            reach()
            with forks[second]:
                print(f"{name} eats meal {meal}")
                time.sleep(0.05)


def main(
    seats: int = 5, strategy: str = "naive", timing: str = "together"
) -> None:
    forks = [Lock() for _ in range(seats)]
    waiter = Semaphore(seats - 1 if strategy == "waiter" else seats)
    all_have_one = Barrier(seats)
    longest = 0 if timing == "hurry" else 0.02  # seconds

    def hesitate() -> None:
        time.sleep(random.uniform(0, longest))

    worst_case = strategy == "naive" and timing == "together"
    reach = all_have_one.wait if worst_case else hesitate
    philosophers = []
    for seat, name in enumerate(NAMES[:seats]):
        order = [seat, (seat + 1) % seats]  # the left fork first
        if strategy == "ordered":
            order.sort()  # the lower number first
        args = (name, order, forks, waiter, (hesitate, reach))
        philosophers.append(Thread(target=dine, name=name, args=args))
    for philosopher in philosophers:
        philosopher.start()
    for philosopher in philosophers:
        philosopher.join()
    print("everybody is full")


if __name__ == "__main__":
    main()
