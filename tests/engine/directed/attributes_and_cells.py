from threading import Thread


class Box:
    def __init__(self) -> None:
        self.total = 0
        self.items: dict[str, int] = {}

    def add(self, amount: int) -> None:
        self.total += amount
        self.items["sum"] = self.items.get("sum", 0) + amount


def main() -> None:
    box, calls = Box(), 0

    def work(amount: int) -> None:
        nonlocal calls
        calls += 1
        box.add(amount)

    threads = [Thread(target=work, args=(amount,)) for amount in (1, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(box.total, box.items, calls)


main()
