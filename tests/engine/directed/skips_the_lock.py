from threading import Lock, Thread

lock = Lock()
total = 0


def careful() -> None:
    global total
    with lock:
        value = total
        total = value + 1


def rogue() -> None:
    global total
    value = total
    total = value + 10


threads = [Thread(target=careful), Thread(target=careful), Thread(target=rogue)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(total)
