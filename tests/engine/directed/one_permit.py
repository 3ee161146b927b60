from threading import Semaphore, Thread

permits = Semaphore(1)
inside = most = 0


def work() -> None:
    global inside, most
    with permits:
        inside += 1
        most = max(most, inside)


threads = [Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(inside, most)
