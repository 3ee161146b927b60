from threading import Lock, Thread

printer, scanner = Lock(), Lock()


def work(first: Lock, second: Lock) -> None:
    with first, second:
        print("works")


ada = Thread(target=work, args=(printer, scanner), name="ada")
bob = Thread(target=work, args=(scanner, printer), name="bob")
ada.start()
bob.start()
ada.join()
bob.join()
