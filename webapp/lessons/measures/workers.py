"""Measures of workers: how many there were, how many lived at once, and how they ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from webapp.engine.events import Kind
from webapp.engine.recording import Outcome, Recording, overlaps
from webapp.lessons.claims import Check, judged
from webapp.lessons.measures import Measure, Share, both, listed, watched
from webapp.lessons.values import Values

# --- how many ---------------------------------------------------------------------------------


def process_count() -> Measure[int]:
    """Count the processes with events, the main process included."""
    return lambda recording, values: len({event.pid for event in recording.events if event.pid})


def ran_processes(count: Callable[[Values], int]) -> Check:
    """Check that `count` processes have events, the main process included."""
    return judged(process_count(), lambda seen, values: seen == count(values))


def ran_in_one_process() -> Check:
    """Check that only one process has events."""
    return ran_processes(lambda values: 1)


def had_one_parent() -> Check:
    """Check that the parent of every started process is the main process."""

    def parents_and_main(recording: Recording, values: Values) -> tuple[set[str], str]:
        parents = {
            event.text.split(".")[0]
            for event in recording.events
            if event.kind is Kind.STARTED and event.object == "process" and event.text
        }
        return parents, str(recording.receipt.pid)

    return judged(
        parents_and_main,
        lambda found, values: found[0] == {found[1]},
        lambda found: ", ".join(sorted(found[0])),
    )


def worker_count() -> Measure[int]:
    """Count the threads and processes that the program started."""
    return lambda recording, values: len(recording.workers)


def started_workers(count: Callable[[Values], int]) -> Check:
    """Check that the program started `count` threads and processes."""
    return judged(worker_count(), lambda started, values: started == count(values))


def ran_in_one_thread() -> Check:
    """Check that only one thread has events, whichever tasks it ran."""

    def threads(recording: Recording, values: Values) -> int:
        return len({(event.pid, event.tid) for event in recording.events if event.pid})

    return judged(threads, lambda seen, values: seen == 1)


def started_tasks(count: Callable[[Values], int]) -> Check:
    """Check that `count` tasks of asyncio were created, that of asyncio.run() included."""
    return judged(
        watched(lambda recording, values: len(recording.tasks)),
        lambda started, values: started == count(values),
    )


# --- how many at once -------------------------------------------------------------------------


def most_alive() -> Measure[int]:
    """Measure the largest number of started workers that lived at the same time."""
    return lambda recording, values: overlaps(recording.workers)


def lived_at_once(at_most: int) -> Check:
    """Check that never more than `at_most` workers lived at the same time."""
    return judged(most_alive(), lambda most, values: most <= at_most)


def lived_together(at_least: int = 2) -> Check:
    """Check that at some moment at least `at_least` workers lived at the same time."""
    return judged(most_alive(), lambda most, values: most >= at_least)


# --- how they ended ---------------------------------------------------------------------------


def every_worker_ended() -> Check:
    """Check that every started worker ended."""

    def ended(recording: Recording, values: Values) -> Share:
        ended = sum(1 for span in recording.workers if span.end is not None)
        return Share(ended, len(recording.workers))

    return judged(ended, lambda ended, values: ended.complete)


def ending() -> Measure[Outcome]:
    """Measure the outcome of the run."""
    return lambda recording, values: recording.outcome


def ended_as(outcome: Callable[[Values], str]) -> Check:
    """Check the outcome of the run (`finished`, `deadlocked` …); for claims `of_any_run`."""
    return _ended_as(ending(), outcome)


def seen_to_end_as(outcome: Callable[[Values], str]) -> Check:
    """The same for outcomes that need the observer: without it a deadlock only times out."""
    return _ended_as(watched(ending()), outcome)


def uncaught(error: str) -> Measure[int]:
    """Count the workers that ended by an uncaught exception of that type."""

    def count(recording: Recording, values: Values) -> int:
        events = (event for event in recording.events if event.kind is Kind.RAISED)
        return sum(1 for event in events if event.object == error)

    return count


def raised(error: str, times: Callable[[Values], int] = lambda values: 1) -> Check:
    """Check that `times` workers ended by an uncaught exception of that type."""
    return judged(uncaught(error), lambda seen, values: seen == times(values))


def exit_codes() -> Measure[str]:
    """Measure the sorted exit codes of the child processes whose end the program noticed."""
    return listed(_codes)


def exited_with(expected: Callable[[Values], Iterable[int]]) -> Check:
    """Check these exit codes, in any order."""
    return judged(
        _codes,
        lambda codes, values: codes == sorted(expected(values)),
        lambda codes: ", ".join(map(str, codes)),
    )


def _ended_as(measure: Measure[Outcome], outcome: Callable[[Values], str]) -> Check:
    return judged(
        both(measure, lambda recording, values: recording.detail),
        lambda found, values: found[0] == outcome(values),
        lambda found: found[1],
    )


def _codes(recording: Recording, values: Values) -> list[int]:
    events = (event for event in recording.events if event.kind is Kind.EXITED)
    return sorted(event.exit[1] for event in events)
