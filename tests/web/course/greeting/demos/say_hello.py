"""Says hello several times: watch one line each time."""

import time


def greet(tone: str) -> None:
    print("hello" if tone == "warm" else "hello.")


def main(times: int = 2, pause: float = 0.1, tone: str = "warm") -> None:
    for _ in range(times):
        greet(tone)
        time.sleep(pause)


if __name__ == "__main__":
    main()
