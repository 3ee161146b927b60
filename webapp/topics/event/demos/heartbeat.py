"""A heart beats at an interval, and its pause is a wait for the event
that stops it: watch how soon it stops when the event is set."""

import time
from threading import Event, Thread

stop = Event()


def beat(interval_seconds: float) -> None:
    number = 0
    # False: the interval is over. True: the event is set.
    while not stop.wait(interval_seconds):
        number += 1
        print(f"heart: beat {number}")
    print("heart: stops")


def main(beats: int = 5, interval_seconds: float = 0.1) -> None:
    heart = Thread(target=beat, name="heart", args=(interval_seconds,))
    heart.start()
    # Main works meanwhile, till the middle between two beats.
    time.sleep((beats + 0.5) * interval_seconds)
    began = time.perf_counter()
    stop.set()
    heart.join()
    took = 1000 * (time.perf_counter() - began)
    print(f"main: the heart stopped {took:.2f} ms after set()")


if __name__ == "__main__":
    main()
