"""Says hello in a chosen order: watch three lines."""

import time


def main(
    order: tuple[int, ...] = (2, 1, 3),
    pauses: tuple[float, ...] = (0.0, 0.5),
) -> None:
    for number, pause in zip(order, (*pauses, 0.0), strict=True):
        print("hello from", number)
        time.sleep(pause)


if __name__ == "__main__":
    main()
