"""Which worker runs which program, and in which order."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.api.serving import wait_until
from tests.cluster.real_faults import Follower
from tests.engine.conftest import Write
from tests.engine.running import finish
from tests.engine.seam import FOREVER
from tools.services import RedisServer
from webapp.cluster.runner import ClusterRunner
from webapp.engine.limits import Limits
from webapp.engine.machines import Needs, this_machine
from webapp.engine.recording import Outcome
from webapp.engine.runner import Unreachable

Make = Callable[..., Any]


@pytest.fixture
def runner_of(
    redis_server: RedisServer, databases: Iterator[int], root: Path, make_worker: Make
) -> Iterator[Callable[..., ClusterRunner]]:
    """Start workers by their names and options, and make a runner for all of them."""
    made: list[ClusterRunner] = []

    def make(limits: Limits | None = None, **workers: Any) -> ClusterRunner:
        url = redis_server.url(32 + next(databases) % 32)
        for name, options in workers.items():
            make_worker(url, name, **options)
        made.append(ClusterRunner(url, root, limits))
        return made[-1]

    yield make
    for runner in made:
        runner.close()


def test_a_program_runs_on_a_worker_that_meets_its_needs(runner_of: Make, write: Write) -> None:
    """Every worker here has this machine's cores; they differ in the needs of their programs."""
    two, spawn = {"cores": 2}, {"start_method": "spawn"}
    runner = runner_of(plain={}, both={"needs": [two, spawn]})
    program = write("print('here')")
    for needs in (two, spawn):
        for _ in range(5):
            run = runner.start(replace(program, needs=Needs(**needs)))
            assert finish(runner, run).receipt.host == "both"
    for impossible in (Needs(cores=1000), Needs(python="99.0"), Needs(free_threaded=True)):
        with pytest.raises(Unreachable):
            runner.start(replace(program, needs=impossible))


def test_workers_announce_their_machines(runner_of: Make) -> None:
    runner = runner_of(first={"limits": {"capacity": 3}}, second={"limits": {"capacity": 4}})
    machines = sorted(runner.machines(), key=lambda machine: machine.name)
    assert machines == [this_machine("first"), this_machine("second")]
    load = runner.load()
    assert (load.running, load.waiting, load.capacity) == (0, 0, 7)


def test_workers_share_the_work(runner_of: Make, write: Write) -> None:
    limits = {"capacity": 4}
    runner = runner_of(first={"limits": limits}, second={"limits": limits})
    program = write("import time\ntime.sleep(3)")
    runs = [runner.start(program) for _ in range(8)]
    followers = [Follower(runner, run) for run in runs]
    wait_until(lambda: runner.load().running == 8)
    for follower in followers:
        follower.end()
    hosts = [recording.receipt.host for run in runs if (recording := runner.recording(run))]
    assert sorted(hosts) == ["first"] * 4 + ["second"] * 4


def test_a_worker_has_the_highest_limit_of_descriptors(
    redis_server: RedisServer, databases: Iterator[int], make_worker: Make
) -> None:
    """Most shells allow a process 1,024 descriptors; its runs need more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, hard))
    try:
        worker = make_worker(redis_server.url(32 + next(databases) % 32))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert resource.prlimit(worker.pid, resource.RLIMIT_NOFILE) == (hard, hard)


def test_visitors_take_turns(runner_of: Make, write: Write, tmp_path: Path) -> None:
    """The first run of each visitor comes before the second run of another."""
    runner = runner_of(only={"limits": {"capacity": 1}})
    blocking = Follower(runner, held := runner.start(write(FOREVER)))
    blocking.until("ready")
    order = tmp_path / "order"
    program = write(
        """
        def main(name: str = "", path: str = "") -> None:
            with open(path, "a") as file:
                print(name, file=file)


        if __name__ == "__main__":
            main()
        """,
        path=str(order),
    )

    def start(visitor: str, number: int = 0) -> str:
        values = {**program.parameters, "name": f"{visitor}{number}"}
        own = replace(program, parameters=values)
        return runner.start(own, visitor=visitor)  # type: ignore[no-any-return]

    greedy = [start("greedy", number) for number in range(4)]
    others = [start(name) for name in ("a", "b")]
    assert [runner.state(run).place for run in greedy] == [1, 4, 5, 6]
    assert [runner.state(run).place for run in others] == [2, 3]
    followers = [Follower(runner, run) for run in (*greedy, *others)]
    runner.cancel(held)
    for follower in followers:
        follower.end()
    records = {run: runner.recording(run) for run in (*greedy, *others)}
    assert all(record.outcome is Outcome.FINISHED for record in records.values() if record)
    assert order.read_text().split() == ["greedy0", "a0", "b0", "greedy1", "greedy2", "greedy3"]


def test_a_worker_at_its_capacity_begins_the_next_run_at_once(
    runner_of: Make, write: Write
) -> None:
    """Celery's loop polls for messages only once a second if nothing wakes it."""
    runner = runner_of(only={"limits": {"capacity": 1}})
    program = write("print('ran')")
    followers = [Follower(runner, runner.start(program)) for _ in range(10)]
    for follower in followers:
        follower.end(8)
