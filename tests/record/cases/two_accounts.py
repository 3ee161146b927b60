"""Two transfers in opposite directions: each takes the lock of its own account first."""
import threading


class Account:
    def __init__(self, money):
        self.money = money
        self.lock = threading.Lock()


def transfer(source, target, both):
    with source.lock:
        both.wait()
        with target.lock:
            source.money -= 1
            target.money += 1


ali, sara = Account(100), Account(100)
both = threading.Barrier(2)
threading.Thread(target=transfer, args=(ali, sara, both)).start()
threading.Thread(target=transfer, args=(sara, ali, both)).start()
