"""Builds the stretches of a worker, its states over time, from its events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from webapp.engine.events import ASLEEP, ENDS_OF_WAITS, Event, Kind
from webapp.timeline.lanes import MICROSECONDS, WAITING, Lane, State, Stretch, stretch_from

OF_STATES = ENDS_OF_WAITS | {
    Kind.SLEPT,
    Kind.WOKE,
    Kind.WAITS,
    Kind.ARRIVED,
    Kind.BEGAN,
    Kind.DONE,
    Kind.STARTED,
}
"""The kinds of events that begin or end a state, or a task."""

LATE = 1000
"""Microseconds by which timers may be late; a task that has its turn later was kept from it."""


@dataclass
class LaneBuilder:
    """Builds the lane of one worker from its events."""

    life: Lane
    done: list[Stretch] = field(default_factory=list)
    now: tuple[State, Event, str] | None = None
    tasks: list[Stretch] = field(default_factory=list)
    arrived: dict[str, str] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        """Take the worker's next event."""
        if event.kind not in OF_STATES or (self.now is None and event.kind in ENDS_OF_WAITS):
            return  # most often; what it would end has not begun
        match event.kind:
            case Kind.SLEPT:
                self._begin(State.SLEEPING, event)
            case Kind.WAITS:
                self._begin(WAITING[event.how], event, self.arrived.get(event.object, ""))
            case Kind.ARRIVED:
                self.arrived[event.object] = event.text
            case Kind.BEGAN:
                self._begin_task(event)
            case Kind.DONE:
                self._end_task(event)
            case Kind.STARTED if event.task:
                self._begin(State.READY, event)
            case Kind.WOKE | Kind.RESUMED:
                self._go_on(event)
            case _ if self._ends_wait(event):
                self._go_on(event)

    def lane(self, held: Iterable[Stretch]) -> Lane:
        """Return the worker's lane; `held` are its holdings."""
        beside = sorted([*held, *self.tasks], key=lambda stretch: stretch.start)
        return self.life._replace(
            stretches=tuple(self._stretches()), beside=tuple(self._within(beside))
        )

    def _stretches(self) -> Iterator[Stretch]:
        """Yield the states from the worker's start to its end, RUNNING where it has no other."""
        at, first = self.life.start, 0
        open_ = [stretch_from(*self.now)] if self.now else []
        for stretch in self._within([*self.done, *open_]):
            if stretch.start > at:
                yield Stretch(State.RUNNING, at, stretch.start, first, stretch.first)
            yield stretch
            at, first = stretch.end, stretch.last
        if self.life.end > at:
            yield Stretch(State.RUNNING, at, self.life.end, first, 0)

    def _within(self, stretches: Iterable[Stretch]) -> Iterator[Stretch]:
        """Clip stretches to the worker's life; an open one lasts until its end."""
        life = self.life
        for stretch in stretches:
            if stretch.last and life.start <= stretch.start <= stretch.end <= life.end:
                yield stretch
                continue
            start = max(stretch.start, life.start)
            end = min(stretch.end, life.end) if stretch.last else life.end
            yield stretch._replace(start=start, end=max(start, end))

    def _begin(self, state: State, event: Event, note: str = "") -> None:
        self._go_on(event)
        self.now = (state, event, note)

    def _begin_task(self, event: Event) -> None:
        if not self.tasks and not self.done and self.now is None:
            # The first event of a pool's worker: it has been idle since its start.
            self.done.append(Stretch(State.IDLE, 0, event.time, 0, event.id))
        self._go_on(event)
        self.tasks.append(stretch_from(State.TASK, event, event.text))

    def _end_task(self, event: Event) -> None:
        if self.tasks and not self.tasks[-1].last:
            self.tasks[-1] = self.tasks[-1]._replace(end=event.time, last=event.id)
        self._begin(State.IDLE, event._replace(object="", line=0))

    def _go_on(self, event: Event) -> None:
        if self.now is not None:
            self.done += _until_its_turn(stretch_from(*self.now, until=event), self.now[1])
            self.now = None

    def _ends_wait(self, event: Event) -> bool:
        if self.now is None or event.kind not in ENDS_OF_WAITS:
            return False
        _, began, _ = self.now
        return began.kind is Kind.WAITS and event.object == began.object


def _until_its_turn(stretch: Stretch, began: Event) -> list[Stretch]:
    """Split the sleep of a task that is over before the task has its turn: then it is READY.

    The end of the sleep is no event: the walk shows the task asleep until its turn.
    """
    if stretch.state is not State.SLEEPING or began.object != ASLEEP:
        return [stretch]
    due = began.time + round(float(began.text) * MICROSECONDS)
    if stretch.end - due < LATE:
        return [stretch]
    ready = stretch._replace(state=State.READY, start=due, first=stretch.last)
    return [stretch._replace(end=due), ready]
