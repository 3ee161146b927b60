"""Two processes wait for each other's lock, which a manager keeps; each is used by a proxy."""
import multiprocessing


def take(first, second, both):
    with first:
        both.wait()
        with second:
            pass


if __name__ == "__main__":
    with multiprocessing.Manager() as manager:
        left, right = manager.Lock(), manager.Lock()
        both = manager.Barrier(2)
        one = multiprocessing.Process(target=take, args=(left, right, both), name="one")
        other = multiprocessing.Process(target=take, args=(right, left, both), name="other")
        one.start()
        other.start()
        one.join()
