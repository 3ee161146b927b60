from threading import Thread

counter = 0


def add() -> None:
    global counter
    for _ in range(2):
        counter += 1


threads = [Thread(target=add) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(counter)
