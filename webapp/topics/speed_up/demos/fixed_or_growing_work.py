"""More workers for the same work, or for work that grows with them:
watch the time fall in the one case, and stay in the other."""

import multiprocessing
import time

FIRST = 1_000_000


def count_primes(numbers: range) -> int:
    count = 0
    for number in numbers:
        for divisor in range(2, int(number**0.5) + 1):
            if number % divisor == 0:
                break
        else:
            count += 1
    return count


def main(workers: int = 2, scaling: str = "strong") -> None:
    alone = 0.0
    for n in range(1, workers + 1):
        amount = 96_000 if scaling == "strong" else n * 96_000
        numbers = range(FIRST, FIRST + amount)
        size = amount // n
        shares = [
            range(first, first + size) for first in numbers[::size]
        ]
        with multiprocessing.Pool(n) as pool:
            pool.map(abs, range(n))  # its start is not timed
            began = time.perf_counter()
            count = sum(pool.map(count_primes, shares, chunksize=1))
            took = time.perf_counter() - began
            pool.close()
            pool.join()
        alone = alone or took
        # How much work a second, beside that of one worker alone.
        speed_up = alone / took * amount / 96_000
        print(f"workers {n}: {count} primes, took {took:.3f} s")
        print(f"{amount} numbers, efficiency {speed_up / n:.2f}")


if __name__ == "__main__":
    main()
