"""Slow motion: each line of a program, and the shared values that it reads and writes."""

from __future__ import annotations

from tests.engine.stepping import Slowly, reads, steps, writes
from webapp.engine.recording import Recording


def test_each_line_is_a_step_of_its_thread(slowly: Slowly) -> None:
    recording = slowly(
        """
        from threading import Thread

        def work():
            done = 0
            for _ in range(2):
                done += 1

        if __name__ == "__main__":
            thread = Thread(target=work, name="worker")
            thread.start()
            thread.join()
        """
    )
    worker = [(event.worker, event.line) for event, _ in steps(recording, "work")]
    assert worker == [("worker", line) for line in (4, 5, 6, 5, 6, 5)]
    assert [event.line for event, _ in steps(recording, "<module>")] == [1, 3, 8, 9, 10, 11]
    assert recording.receipt.slow_motion


def test_a_statement_of_several_lines_is_one_step(slowly: Slowly) -> None:
    recording = slowly(
        """
        def main(first=1,
                 second=2):
            return [
                first
                for _ in range(3)
            ]

        main(
            first=3,
        )
        """
    )
    assert [event.line for event, _ in steps(recording)] == [1, 8, 3]


LOST = """
    import threading

    counter = 0
    READ, WRITTEN = threading.Event(), threading.Event()

    def first():
        global counter
        value = counter
        READ.set()
        WRITTEN.wait()
        counter = value + 1

    def second():
        global counter
        READ.wait()
        counter += 1
        WRITTEN.set()

    threads = [threading.Thread(target=each, name=each.__name__) for each in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(counter)
"""


def test_a_lost_update_is_seen(slowly: Slowly) -> None:
    recording = slowly(LOST)
    assert [line.text for line in recording.lines] == ["1"]
    read = reads(recording, "counter")
    assert [found for found in read if found[0] != "MainThread"] == [
        ("first", "0"),
        ("second", "0"),
    ]
    assert writes(recording, "counter") == [(None, "0"), ("0", "1"), ("1", "1")]


def test_a_line_that_reads_and_writes_is_parted_by_another_workers_write(slowly: Slowly) -> None:
    # The line of `first` reads the counter, and writes it when `second` has written it.
    recording = slowly(
        """
        from threading import Barrier, Thread

        counter = 0
        read, written = Barrier(2), Barrier(2)

        def first():
            global counter
            counter += 1 + 0 * (read.wait() + written.wait())

        def second():
            global counter
            read.wait()
            counter += 1
            written.wait()

        threads = [Thread(target=first), Thread(target=second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(counter)
        """
    )
    assert recording.lines[0].text == "1"
    parts = [touched for _, touched in steps(recording, "first")]
    assert ("counter", "0") in parts[0].reads and not parts[0].writes
    assert [*parts[-1].writes] == [("counter", "1", "1")]
    assert "counter" not in {name for name, _ in parts[-1].reads}


def check_values(recording: Recording) -> None:
    """Check that the writes to `counter` follow each other, and write one more than was read."""
    read: dict[str, int] = {}
    now = None
    for event, touched in steps(recording):
        for found in (one for one in touched.reads if one.name == "counter"):
            assert found.value is not None
            read[event.worker] = int(found.value)
            assert found.value == now
        for written in (one for one in touched.writes if one.name == "counter"):
            assert written.before == now
            now = written.after
            if event.object == "add":
                assert now == str(read[event.worker] + 1)


def test_attributes_items_and_cells_are_recorded(ended: Slowly) -> None:
    recording = ended(
        """
        from threading import Thread

        class Account:
            def __init__(self):
                self.balance = 5

            def deposit(self):
                self.balance += 1

        def main():
            count = 0
            account = Account()
            places = [0, 0]
            names = {}

            def work(account, places, names):
                nonlocal count
                count += 1
                account.deposit()
                places[1] = 7
                names["a"] = "b"
                places.append(8)

            thread = Thread(target=work, args=(account, places, names))
            thread.start()
            thread.join()
            return account.balance, count

        main()
        """
    )
    assert writes(recording, "Account.balance") == [(None, "5"), ("5", "6")]
    assert writes(recording, "count") == [(None, "0"), ("0", "1")]
    assert writes(recording, "places[1]") == [("0", "7")]
    assert writes(recording, "names['a']") == [(None, "'b'")]
    assert writes(recording, "places") == [("[0, 7]", "[0, 7, 8]")]
    assert reads(recording, "Account.balance")[-1] == ("MainThread", "6")
