from threading import Condition, Thread

box: list[int] = []
condition = Condition()


def take(name: str) -> None:
    with condition:
        if not box:
            condition.wait()
        print(name, box.pop() if box else "finds nothing")


def put() -> None:
    with condition:
        box.append(1)
        condition.notify_all()


threads = [Thread(target=take, args=(name,)) for name in "ab"] + [Thread(target=put)]
for thread in threads:
    thread.start()
