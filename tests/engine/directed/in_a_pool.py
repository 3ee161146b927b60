from concurrent.futures import ThreadPoolExecutor

counts = [0, 0]


def add(place: int) -> int:
    counts[place] += 1
    return sum(counts)


with ThreadPoolExecutor(2) as pool:
    print(sorted(pool.map(add, [0, 1, 0])))
print(counts)
