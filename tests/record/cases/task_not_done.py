"""One worker ends without task_done() for what it took."""
import queue
import threading

jobs = queue.Queue()


def work():
    while (job := jobs.get()) != 2:
        jobs.task_done()


for number in range(3):
    jobs.put(number)
threading.Thread(target=work).start()
jobs.join()
