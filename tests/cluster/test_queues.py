"""In which queue a program waits, and which queues a machine serves."""

from __future__ import annotations

from webapp.cluster.queues import PLAIN, queue_of, queues_of
from webapp.engine.machines import ANYWHERE, Machine, Needs

SMALL = Machine("small", 1, "3.11.7", "CPython", True, ("fork", "spawn", "forkserver"))
LARGE = Machine("large", 64, "3.14.0", "CPython", False, ("fork", "spawn", "forkserver"))
WANTED = [
    Needs(cores=2),
    Needs(cores=4, python="3.13"),
    Needs(free_threaded=True),
    Needs(start_method="spawn"),
]


def test_a_queue_is_named_by_the_needs_of_its_programs() -> None:
    assert queue_of(ANYWHERE) == PLAIN == "runs"
    assert [queue_of(needs) for needs in WANTED] == [
        "runs-cores2",
        "runs-cores4-python3.13",
        "runs-nogil",
        "runs-spawn",
    ]


def test_a_machine_serves_the_queues_whose_needs_it_meets() -> None:
    assert queues_of(SMALL, WANTED) == ("runs", "runs-spawn")
    assert queues_of(LARGE, WANTED) == tuple(sorted(map(queue_of, [ANYWHERE, *WANTED])))
    assert queues_of(SMALL, []) == ("runs",)
