from threading import Thread

counter = 0


def add() -> None:
    global counter
    value = counter
    counter = value + 1


threads = [Thread(target=add) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(counter)
