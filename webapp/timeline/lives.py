"""When each worker's life began and ended, and how."""

from __future__ import annotations

from dataclasses import dataclass, field

from webapp.engine.events import Event, Kind
from webapp.engine.recording import Key, Outcome, Recording
from webapp.timeline.lanes import End, Lane

BY_ITSELF = (Outcome.FINISHED, Outcome.FAILED)

NOBODY: Key = (0, 0)
"""What was written past `print`: who did it is not known."""


def find_lives(recording: Recording, events: list[Event], last: int) -> dict[Key, Lane]:
    """The lanes of a run without what was done in them, each process's threads below it.

    `events` are the run's in time, which lasted until `last`.
    """
    numbers = _numbers(recording)
    ends = _Ends(last, by_itself=recording.outcome in BY_ITSELF)
    seen: dict[Key, Event] = {}
    for event in events:
        seen.setdefault(event.key, event)
        ends.take(event)
    seen.pop(NOBODY, None)
    order = {pid: at for at, pid in enumerate(dict.fromkeys(pid for pid, _ in seen))}
    keys = sorted(seen, key=lambda key: (order[key[0]], key[0] != key[1], seen[key].time))
    lives = {}
    for key in keys:
        first = seen[key]
        end, ending = ends.of(key)
        lives[key] = Lane(
            key=key,
            name=first.worker or "?",
            number=numbers[key],
            depth=int(key[0] != key[1]),
            start=first.time,
            end=end,
            ending=ending,
            exit_code=ends.exits[key[0]][1] if key[0] in ends.exits and key[0] == key[1] else None,
        )
    return lives


def _numbers(recording: Recording) -> dict[Key, int]:
    """Workers by the order in which they first said something, as the transcript counts them."""
    numbers: dict[Key, int] = {}
    for event in recording.events:
        numbers.setdefault(event.key, len(numbers))
    return numbers


@dataclass
class _Ends:
    """When workers ended, and how, in a run that lasted until `last`.

    A process that left `by_itself` took with it whoever it did not wait for.
    """

    last: int
    by_itself: bool
    ended: dict[Key, int] = field(default_factory=dict)
    exits: dict[int, tuple[int, int]] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        """Take the next event."""
        if event.kind is Kind.ENDED:
            self.ended[event.key] = event.time
        elif event.kind is Kind.EXITED:
            pid, code = event.exit
            self.exits[pid] = (event.time, code)

    def of(self, key: Key) -> tuple[int, End]:
        """A worker's end."""
        pid = key[0]
        if key in self.ended:
            return self.ended[key], End.ENDED
        if pid in self.exits:
            time, code = self.exits[pid]
            return time, End.KILLED if code < 0 else End.CUT
        # The end of a process's main thread is not yet its own: it waits for its other threads.
        cut = self.by_itself and (pid, pid) in self.ended
        return self.last, End.CUT if cut else End.OPEN
