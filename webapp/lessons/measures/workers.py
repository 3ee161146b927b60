"""Who ran, for how long together, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from webapp.engine.events import Kind
from webapp.engine.recording import Outcome, Recording, overlaps
from webapp.lessons.claims import Check, judged
from webapp.lessons.measures import Measure, Share, Values, both, listed, watched

# --- who ran ----------------------------------------------------------------------------------


def process_count() -> Measure[int]:
    """How many different processes reported something, the main one included."""
    return lambda recording, values: len({event.pid for event in recording.events if event.pid})


def ran_processes(count: Callable[[Values], int]) -> Check:
    """As many different processes reported something as told, the main one included."""
    return judged(process_count(), lambda seen, values: seen == count(values))


def ran_in_one_process() -> Check:
    """Everything happened in one process."""
    return ran_processes(lambda values: 1)


def had_one_parent() -> Check:
    """Every process that was started has the main process as its parent."""

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
    """How many threads and processes the program started."""
    return lambda recording, values: len(recording.workers)


def started_workers(count: Callable[[Values], int]) -> Check:
    """The program started as many threads and processes as told."""
    return judged(worker_count(), lambda started, values: started == count(values))


# --- for how long together --------------------------------------------------------------------


def most_alive() -> Measure[int]:
    """How many of the workers that the program started lived at the same time, at most."""
    return lambda recording, values: overlaps(recording.workers)


def lived_at_once(at_most: int) -> Check:
    """Never more workers than that lived at the same time."""
    return judged(most_alive(), lambda most, values: most <= at_most)


def lived_together(at_least: int = 2) -> Check:
    """At some moment at least so many workers lived at the same time."""
    return judged(most_alive(), lambda most, values: most >= at_least)


# --- how it ended -----------------------------------------------------------------------------


def every_worker_ended() -> Check:
    """Each worker that was started came to its end."""

    def ended(recording: Recording, values: Values) -> Share:
        ended = sum(1 for span in recording.workers if span.end is not None)
        return Share(ended, len(recording.workers))

    return judged(ended, lambda ended, values: ended.complete)


def ending() -> Measure[Outcome]:
    """How the run ended: the engine's own word for it."""
    return lambda recording, values: recording.outcome


def ended_as(outcome: Callable[[Values], str]) -> Check:
    """The run ended in the outcome told (`finished`, `deadlocked` …); for claims `of_any_run`."""
    return _ended_as(ending(), outcome)


def seen_to_end_as(outcome: Callable[[Values], str]) -> Check:
    """The same where it takes the observer: without it a deadlock only times out."""
    return _ended_as(watched(ending()), outcome)


def uncaught(error: str) -> Measure[int]:
    """How many workers ended by an uncaught exception of that type."""

    def count(recording: Recording, values: Values) -> int:
        events = (event for event in recording.events if event.kind is Kind.RAISED)
        return sum(1 for event in events if event.object == error)

    return count


def raised(error: str, times: Callable[[Values], int] = lambda values: 1) -> Check:
    """As many workers as told ended by an uncaught exception of that type."""
    return judged(uncaught(error), lambda seen, values: seen == times(values))


def exit_codes() -> Measure[str]:
    """The exit codes of the child processes whose end was seen, in order of size."""
    return listed(_codes)


def exited_with(expected: Callable[[Values], Iterable[int]]) -> Check:
    """The child processes whose end was seen left these exit codes, in any order."""
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
