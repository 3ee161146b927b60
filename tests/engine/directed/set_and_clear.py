from threading import Event, Thread

signal = Event()
seen: list[str] = []


def wait(name: str) -> None:
    seen.append(name if signal.wait(1) else f"{name} missed it")


threads = [Thread(target=wait, args=(name,)) for name in "ab"]
for thread in threads:
    thread.start()
signal.set()
signal.clear()
for thread in threads:
    thread.join()
print(seen)
