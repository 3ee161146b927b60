"""A part of the work is serial, the rest is shared out: watch how far
more workers help, beside the curve of Amdahl's law."""

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


def shared_out(numbers: range, workers: int) -> list[range]:
    size = -(-len(numbers) // workers) or 1  # rounded up, and not 0
    return [numbers[n * size : (n + 1) * size] for n in range(workers)]


def main(
    serial_percent: int = 20, workers: int = 2, work: int = 4
) -> None:
    numbers = range(FIRST, FIRST + work * 24_000)
    border = len(numbers) * serial_percent // 100
    serial, parallel = numbers[:border], numbers[border:]
    share = serial_percent / 100

    alone = 0.0
    for n in range(1, workers + 1):
        with multiprocessing.Pool(n) as pool:
            pool.map(abs, range(n))  # its start is not timed
            began = time.perf_counter()
            count = count_primes(serial)
            shares = shared_out(parallel, n)
            count += sum(pool.map(count_primes, shares, chunksize=1))
            took = time.perf_counter() - began
            pool.close()
            pool.join()
        alone = alone or took
        curve = 1 / (share + (1 - share) / n)
        print(f"workers {n}: {count} primes, took {took:.3f} s")
        print(f"speed-up {alone / took:.2f}, curve {curve:.2f}")


if __name__ == "__main__":
    main()
