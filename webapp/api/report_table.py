"""The course report's routes as data: their parameters, the demo that runs, and the answer.

Paths, parameters, envelopes and texts are the report's, for programs that were written for it.
Each answer comes from a real run. Its lines are in the order in which they were printed, except
where the report promises another order (`calls_by_number`, `named_first`, `second_first` of
`report_readers`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from webapp.api.report_readers import (
    Reader,
    calls_by_number,
    end_as_one,
    lines,
    lines_like,
    messages,
    named_first,
    pool_results,
    second_first,
)

Number = int | float
Arguments = Mapping[str, Number]


@dataclass(frozen=True, kw_only=True)
class Query:
    """A query parameter. It is an integer if `whole`, and required if it has no default."""

    name: str
    minimum: Number
    maximum: Number
    default: Number | None = None
    whole: bool = True


UNIT = Query(name="unit_seconds", minimum=0.01, maximum=1, default=1, whole=False)
"""The duration of one of the report's seconds, in seconds: it scales every sleep."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """One route: `demo` runs with `values`, and `reads` turns its record into the answer's list.

    `envelope` is the key of the list in the answer; "" if the list is the whole answer. All `paths`
    give the same answer, with and without a trailing slash. `entry` is the schema of one entry of
    the list. `ignored` parameters are allowed and have no effect.
    """

    paths: tuple[str, ...]
    demo: str
    reads: Reader
    queries: tuple[Query, ...] = ()
    values: Callable[[Arguments], Mapping[str, object]] = lambda given: {}
    envelope: str = ""
    entry: Mapping[str, object] = field(default_factory=lambda: {"type": "string"})
    ignored: tuple[str, ...] = ()


def thread_count(maximum: int, default: int | None = None) -> Query:
    return Query(name="thread_count", minimum=1, maximum=maximum, default=default)


def count(name: str, minimum: int, maximum: int, default: int | None = None) -> Query:
    return Query(name=name, minimum=minimum, maximum=maximum, default=default)


def seconds(of: float, given: Arguments) -> float:
    """Return a duration of the report, scaled, in seconds."""
    return float(of * given["unit_seconds"])


PRIMARY = "Primary Output"
RESULTS = "results"
MESSAGE = {
    "type": "object",
    "properties": {"message": {"type": "string"}},
    "required": ["message"],
    "additionalProperties": False,
}
ITEMS = (count("add_count", 0, 50), count("remove_count", 0, 50))

ROUTES: tuple[Route, ...] = (
    Route(
        paths=("/api1/run1",),
        demo="define-a-thread/start-all-then-join",
        queries=(thread_count(10),),
        values=lambda given: {"thread_count": given["thread_count"]},
        reads=lines,
    ),
    Route(
        paths=("/api2/run2",),
        demo="current-thread/report-when-done",
        queries=(thread_count(3),),
        values=lambda given: {
            "thread_count": given["thread_count"],
            "unit_seconds": seconds(1, given),
        },
        reads=messages,
        entry=MESSAGE,
    ),
    Route(
        paths=("/api2/run22", "/api2/run111"),
        demo="current-thread/report-as-it-happens",
        queries=(thread_count(3, default=3),),
        values=lambda given: {
            "thread_count": given["thread_count"],
            "unit_seconds": seconds(1, given),
        },
        reads=messages,
        entry=MESSAGE,
    ),
    Route(
        paths=("/api3/run3",),
        demo="thread-subclass/sleep-inside-run",
        queries=(thread_count(10),),
        values=lambda given: {
            "thread_count": given["thread_count"],
            "sleep_seconds": seconds(1, given),
        },
        reads=end_as_one,
    ),
    Route(
        paths=("/api3/run33",),
        demo="thread-subclass/no-sleep",
        queries=(thread_count(10),),
        values=lambda given: {"thread_count": given["thread_count"]},
        reads=end_as_one,
    ),
    Route(
        paths=("/api3/run333",),
        demo="thread-subclass/chosen-start-order",
        queries=(thread_count(10),),
        values=lambda given: {
            "thread_count": given["thread_count"],
            "step_seconds": seconds(0.5, given),
        },
        reads=end_as_one,
    ),
    Route(
        paths=("/api4/run4",),
        demo="lock/lock-around-everything",
        queries=(thread_count(20),),
        values=lambda given: {
            "thread_count": given["thread_count"],
            "sleep_seconds": seconds(1, given),
        },
        reads=lines,
        envelope=PRIMARY,
    ),
    Route(
        paths=("/api5/run5",),
        demo="rlock/remove-then-add",
        queries=ITEMS,
        values=lambda given: {
            "add_count": given["add_count"],
            "remove_count": given["remove_count"],
            "pause_seconds": seconds(0.1, given),
        },
        reads=lines,
    ),
    Route(
        paths=("/api5/run55",),
        demo="rlock/alternate",
        queries=ITEMS,
        values=lambda given: {
            "add_count": given["add_count"],
            "remove_count": given["remove_count"],
            "pause_seconds": seconds(0.1, given),
        },
        reads=lines,
    ),
    Route(
        paths=("/api6/run6",),
        demo="semaphore/producer-consumer",
        queries=(count("produce_count", 1, 10),),
        values=lambda given: {
            "produce_count": given["produce_count"],
            "pace_seconds": seconds(2, given),
        },
        reads=lines,
    ),
    Route(
        paths=("/api7/run7",),
        demo="barrier/race",
        values=lambda given: {"racers": 3, "slowest_seconds": seconds(3, given)},
        reads=lines_like(r"^START RACE!!!!$| reached the barrier at: |^Race over!$"),
        envelope=PRIMARY,
    ),
    Route(
        paths=("/api8/run8",),
        demo="spawn-a-process/start-all-then-join",
        queries=(count("num", 0, 8),),
        values=lambda given: {"num": given["num"]},
        reads=calls_by_number,
        envelope=RESULTS,
    ),
    Route(
        paths=("/api9/run9",),
        demo="name-a-process/named-and-default",
        values=lambda given: {"stay_seconds": seconds(0.5, given)},
        reads=named_first,
        envelope=RESULTS,
        ignored=("num",),
    ),
    Route(
        paths=("/api10/run10",),
        demo="background-process/before-beside-after",
        queries=(count("start", 0, 100),),
        values=lambda given: {"start": given["start"], "pause_seconds": seconds(1, given)},
        reads=lines,
        envelope=PRIMARY,
    ),
    Route(
        paths=("/api11/run11",),
        demo="kill-a-process/terminate",
        # The report's default is 10, but its program always waits for 3 s.
        queries=(count("duration", 0, 10, default=3),),
        values=lambda given: {"duration": seconds(given["duration"], given)},
        reads=lines,
        envelope=RESULTS,
    ),
    Route(
        paths=("/api12/run12",),
        demo="process-subclass/named-subclass",
        queries=(count("count", 0, 20, default=10),),
        values=lambda given: {"count": given["count"]},
        reads=lines_like("^called run method by "),
        envelope=RESULTS,
    ),
    Route(
        paths=("/api13/run13",),
        demo="process-queue/producer-consumer",
        queries=(count("n", 0, 20),),
        values=lambda given: {"n": given["n"], "pace_seconds": seconds(0.2, given)},
        reads=lines,
        envelope=PRIMARY,
    ),
    Route(
        paths=("/api14/run14",),
        demo="synchronise-processes/with-and-without-barrier",
        values=lambda given: {"stagger_seconds": 0.0},
        reads=second_first,
        envelope="output",
    ),
    Route(
        paths=("/api15/run15",),
        demo="process-pool/map-squares",
        queries=(count("start", -1000, 1000, default=0), count("end", -1000, 1000, default=100)),
        values=lambda given: {"start": given["start"], "end": given["end"]},
        reads=pool_results,
        entry={"type": "integer"},
        envelope="Pool",
    ),
)
