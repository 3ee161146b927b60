from threading import Barrier, Thread, Timer

barrier = Barrier(2)
order: list[str] = []


def meet(name: str) -> None:
    order.append(name)
    barrier.wait()
    order.append(name.upper())


threads = [Thread(target=meet, args=(name,)) for name in "ab"]
timer = Timer(0.5, order.append, args=("timer",))
for thread in (timer, *threads):
    thread.start()
for thread in (timer, *threads):
    thread.join()
print(order)
