"""Runs when a worker or Redis is killed, stopped or unreachable, and what is lost."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from kombu import pools

from tests.api.serving import wait_until
from tests.engine.conftest import Write
from tests.engine.running import finish, is_alive, texts, until_printed
from tests.engine.seam import FOREVER
from tools.services import RedisServer
from webapp.cluster.queues import TASK, make_celery
from webapp.cluster.runner import ClusterRunner
from webapp.engine.events import Event, Kind
from webapp.engine.limits import Limits
from webapp.engine.program import Program
from webapp.engine.recording import Outcome
from webapp.engine.runner import Interrupted, Phase, UnknownRun, Unreachable

Make = Callable[..., Any]

SLOW = """
    import time
    for number in range(20):
        print(number)
        time.sleep(0.2)
"""


@pytest.fixture
def cluster(own_redis: RedisServer, root: Path, make_worker: Make) -> Iterator[ClusterRunner]:
    """A runner and a worker, on a Redis of their own."""
    make_worker(own_redis.url())
    runner = ClusterRunner(own_redis.url(), root, Limits(unfollowed=5))
    yield runner
    runner.close()


class Follower:
    """Follows a run in a thread, as a page does."""

    def __init__(self, runner: ClusterRunner, run: str) -> None:
        self.events: list[Event] = []
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._follow, args=(runner, run), daemon=True)
        self._thread.start()

    def _follow(self, runner: ClusterRunner, run: str) -> None:
        try:
            for batch in runner.follow(run):
                self.events += batch
        except Exception as error:
            self.error = error

    def printed(self) -> list[str]:
        return [event.text for event in self.events if event.kind is Kind.PRINTED]

    def until(self, text: str) -> None:
        wait_until(lambda: any(text in line for line in self.printed()))

    def end(self, within: float = 20) -> None:
        self._thread.join(within)
        assert not self._thread.is_alive(), "the run is still followed"
        if self.error:
            raise self.error


def test_the_runs_of_a_killed_worker_are_lost_within_five_seconds(
    own_redis: RedisServer, root: Path, make_worker: Make, write: Write
) -> None:
    """Lost: the rest of the run. What it had reported is stored, and no process is left."""
    worker = make_worker(own_redis.url())
    runner = ClusterRunner(own_redis.url(), root)
    run = runner.start(write(FOREVER), about="what it is of")
    follower = Follower(runner, run)
    follower.until("ready")
    below = worker.below()
    worker.kill()
    began = time.monotonic()
    follower.end()
    assert time.monotonic() - began < 5
    recording = runner.recording(run)
    assert recording is not None
    assert (recording.outcome, recording.detail) == (Outcome.LOST, "its worker is gone")
    assert list(recording.events) == follower.events
    assert texts(recording)[-1] == "ready"
    assert recording.receipt.host == "worker"
    assert recording.receipt.pid == recording.events[0].pid
    wait_until(lambda: not any(is_alive(pid) for pid in below))
    wait_until(lambda: not runner.machines())
    with pytest.raises(Unreachable):
        runner.start(write("print('nobody is there')"))
    make_worker(own_redis.url(), "another")
    assert texts(finish(runner, runner.start(write("print('again')")))) == ["again"]
    runner.close()


def test_a_run_is_never_run_twice_for_one_press(
    cluster: ClusterRunner, own_redis: RedisServer, tmp_path: Path, write: Write
) -> None:
    """A queue may deliver a message several times: here six times, in all phases."""
    marks = tmp_path / "marks"
    program = write(
        """
        import time
        def main(path: str = "") -> None:
            with open(path, "a") as file: file.write("x")
            print("marked")
            time.sleep(0.5)


        if __name__ == "__main__":
            main()
        """,
        path=str(marks),
    )
    celery = make_celery(own_redis.url(), longest=1)
    run = cluster.start(program)
    for _ in range(3):
        celery.send_task(TASK, [run], queue="runs")
    assert finish(cluster, run).outcome is Outcome.FINISHED
    for _ in range(3):
        celery.send_task(TASK, [run], queue="runs")
    # The line is in order, so those three are done before this one.
    assert texts(finish(cluster, cluster.start(write("print('next')")))) == ["next"]
    assert marks.read_text() == "x"
    assert cluster.load().ended[Outcome.FINISHED] == 2
    celery.close()


def test_a_worker_repeats_a_claim_whose_answer_was_lost(
    cluster: ClusterRunner, write: Write
) -> None:
    """Otherwise the run would never end: its worker lives, and does not run it."""
    # In a queue without workers, so that no worker claims it first.
    job = cluster._job(write("print()"), "visitor", "elsewhere", observe=True, about="")
    assert cluster.registry.enqueue(job, in_line=10) == 0
    [machine] = cluster.machines()
    claims = [cluster.registry.claim(job, "nobody", machine, token) for token in ("a", "a", "b")]
    assert claims == [True, True, False]


def test_a_message_of_a_killed_worker_runs_on_another_or_not_at_all(
    own_redis: RedisServer, root: Path, make_worker: Make, write: Write
) -> None:
    """Lost: no run that waited. A run that had started is not started again."""
    limits = {"capacity": 1, "soft_deadline": 3, "grace": 0.5}
    first = make_worker(own_redis.url(), "first", limits=limits)
    runner = ClusterRunner(own_redis.url(), root, Limits(**limits))  # type: ignore[arg-type]
    begun, waiting = runner.start(write(FOREVER)), runner.start(write("print('it waited')"))
    followers = [Follower(runner, run) for run in (begun, waiting)]
    followers[0].until("ready")
    assert runner.state(waiting).phase is Phase.QUEUED
    first.kill()
    make_worker(own_redis.url(), "second", limits=limits)
    for follower in followers:
        follower.end(30)
    lost, ran = runner.recording(begun), runner.recording(waiting)
    assert lost is not None and ran is not None
    assert (lost.outcome, lost.receipt.host) == (Outcome.LOST, "first")
    assert (ran.outcome, ran.receipt.host) == (Outcome.FINISHED, "second")
    # Celery delivers an unacknowledged message to the second worker, whose claim is too late.
    time.sleep(10)
    again = runner.recording(begun)
    assert again == lost
    assert runner.load().ended[Outcome.LOST] == 1
    runner.close()


def test_redis_may_be_unreachable_for_a_while(
    cluster: ClusterRunner, own_redis: RedisServer, write: Write
) -> None:
    """Lost: nothing. A visitor who presses Run meanwhile is told to try again."""
    run = cluster.start(write(SLOW))
    follower = Follower(cluster, run)
    follower.until("3")
    assert own_redis.process is not None
    own_redis.process.send_signal(signal.SIGSTOP)
    try:
        time.sleep(1)
        with pytest.raises(Unreachable):
            cluster.start(write("print('never')"))
    finally:
        own_redis.process.send_signal(signal.SIGCONT)
    follower.end()
    recording = cluster.recording(run)
    assert recording is not None
    assert recording.outcome is Outcome.FINISHED
    assert texts(recording) == [str(number) for number in range(20)]
    assert follower.events == list(recording.events)


def test_redis_may_be_killed_and_restart_empty(
    cluster: ClusterRunner, own_redis: RedisServer, write: Write
) -> None:
    """Lost: the runs in line. A worker reports again all events of the runs that go on."""
    run = cluster.start(write(SLOW), about="what it is of")
    follower = Follower(cluster, run)
    follower.until("3")
    own_redis.kill()
    time.sleep(0.5)
    for ask in (cluster.start, lambda program: cluster.state(run)):
        with pytest.raises(Unreachable):
            ask(write("print('never')"))
    assert not cluster.answers(1)
    own_redis.start()
    follower.end()
    recording = cluster.recording(run)
    assert recording is not None
    assert recording.outcome is Outcome.FINISHED
    assert texts(recording) == [str(number) for number in range(20)]
    assert follower.events == list(recording.events)
    assert cluster.state(run).about == "what it is of"
    wait_until(lambda: cluster.answers(1))
    assert texts(finish(cluster, cluster.start(write("print('again')")))) == ["again"]


def test_workers_take_runs_soon_after_redis_is_back(
    cluster: ClusterRunner, own_redis: RedisServer, write: Write
) -> None:
    """This does not depend on how long it was away; Celery would retry after 2, 6, 12, 20… s."""
    own_redis.kill()
    time.sleep(7)
    own_redis.start()
    wait_until(lambda: cluster.answers(1))
    began = time.monotonic()
    assert texts(finish(cluster, cluster.start(write("print('again')")))) == ["again"]
    assert time.monotonic() - began < 3


def test_redis_may_be_full_for_a_while(cluster: ClusterRunner, write: Write) -> None:
    """Lost: nothing. A visitor who presses Run meanwhile is told to try again."""
    run = cluster.start(write(SLOW))
    follower = Follower(cluster, run)
    follower.until("3")
    cluster.registry.redis.config_set("maxmemory", 1)
    try:
        time.sleep(1)
        with pytest.raises(Unreachable):
            cluster.start(write("print('never')"))
    finally:
        cluster.registry.redis.config_set("maxmemory", 0)
    follower.end()
    recording = cluster.recording(run)
    assert recording is not None
    assert texts(recording) == [str(number) for number in range(20)]
    assert follower.events == list(recording.events)


def test_pages_do_not_wait_for_a_redis_that_hangs(
    cluster: ClusterRunner, own_redis: RedisServer
) -> None:
    """Every page of a demo needs the list of machines."""
    assert [machine.name for machine in cluster.machines()] == ["worker"]
    assert own_redis.process is not None
    own_redis.process.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        while cluster.machines() and time.monotonic() - began < 10:
            asked = time.monotonic()
            cluster.machines()
            assert time.monotonic() - asked < 0.5
            time.sleep(0.1)
        assert not cluster.machines()
    finally:
        own_redis.process.send_signal(signal.SIGCONT)
    wait_until(lambda: bool(cluster.machines()))


def test_a_worker_that_is_stopped_lets_its_runs_end(
    own_redis: RedisServer, root: Path, make_worker: Make, write: Write
) -> None:
    """Lost: nothing. New runs go to the other workers."""
    first = make_worker(own_redis.url(), "first")
    runner = ClusterRunner(own_redis.url(), root)
    run = runner.start(write(SLOW))
    follower = Follower(runner, run)
    follower.until("1")
    with ThreadPoolExecutor(1) as pool:
        stopped = pool.submit(first.stop)
        make_worker(own_redis.url(), "second")
        time.sleep(0.5)
        other = runner.start(write("print('elsewhere')"))
        assert finish(runner, other).receipt.host == "second"
        follower.end()
        assert stopped.result() == 0
    recording = runner.recording(run)
    assert recording is not None
    assert (recording.outcome, recording.receipt.host) == (Outcome.FINISHED, "first")
    assert texts(recording) == [str(number) for number in range(20)]
    assert not first.is_announced()
    runner.close()


def test_any_server_continues_where_another_stopped(
    cluster: ClusterRunner, own_redis: RedisServer, root: Path, write: Write
) -> None:
    """Lost: nothing."""
    run = cluster.start(write(SLOW), about="what it is of")
    seen = until_printed(cluster, run, "3")
    other = ClusterRunner(own_redis.url(), root)
    assert other.state(run).about == "what it is of"
    rest = [event for batch in other.follow(run, seen[-1].id) for event in batch]
    recording = cluster.recording(run)
    assert recording is not None
    assert [*seen, *rest] == list(recording.events)
    assert texts(recording) == [str(number) for number in range(20)]
    other.close()


def test_a_server_that_leaves_interrupts_its_followers_and_ends_no_run(
    cluster: ClusterRunner, own_redis: RedisServer, root: Path, write: Write
) -> None:
    """Lost: nothing, if another server follows the run within some seconds."""
    leaving = ClusterRunner(own_redis.url(), root)
    run = leaving.start(write(SLOW))
    follower = Follower(leaving, run)
    follower.until("1")
    leaving.drain(0.5)
    with pytest.raises(Interrupted):
        follower.end()
    leaving.close()
    assert texts(finish(cluster, run)) == [str(number) for number in range(20)]


def test_runs_in_a_queue_without_workers_are_lost(
    own_redis: RedisServer, root: Path, make_worker: Make, write: Write
) -> None:
    """Lost: the runs in line. Their visitors are told."""
    limits = {"capacity": 1}
    only = make_worker(own_redis.url(), limits=limits)
    runner = ClusterRunner(own_redis.url(), root)
    going = Follower(runner, runner.start(write(FOREVER)))
    going.until("ready")
    run = runner.start(write("print('never')"))
    waiting = Follower(runner, run)
    only.kill()
    waiting.end()
    recording = runner.recording(run)
    assert recording is not None
    assert (recording.outcome, recording.detail) == (
        Outcome.LOST,
        "no worker is there any more",
    )
    runner.close()


def test_a_cancelled_run_in_line_does_not_count(
    own_redis: RedisServer, root: Path, make_worker: Make, write: Write
) -> None:
    limits = {"capacity": 1, "in_line": 1, "unfollowed": 1}
    make_worker(own_redis.url(), limits=limits)
    runner = ClusterRunner(own_redis.url(), root, Limits(**limits))
    going = Follower(runner, runner.start(write(FOREVER)))
    going.until("ready")
    left = runner.start(write("print('never')"))
    wait_until(lambda: runner.load().waiting == 0)
    recording = runner.recording(left)
    assert recording is not None
    assert recording.detail == "nobody followed it any more"
    runner.start(write("print('there is room')"))
    runner.close()


def test_a_worker_runs_only_programs_that_it_has(
    own_redis: RedisServer, root: Path, make_worker: Make, write: Write
) -> None:
    """Write access to Redis allows running the course's programs, and nothing else."""
    make_worker(own_redis.url())
    runner = ClusterRunner(own_redis.url(), root)
    program = write("print('first')")
    outside = ClusterRunner(own_redis.url(), Path("/"))
    recording = finish(runner, outside.start(Program(Path("/etc/hostname"))))
    assert (recording.outcome, recording.events) == (Outcome.FAILED, ())

    class Changed(Program):
        sha256 = "0" * 64

    recording = finish(runner, runner.start(Changed(program.path)))
    assert recording.detail == "the worker has another version of the program"
    outside.close()
    runner.close()


def test_the_first_runs_may_start_at_once(
    own_redis: RedisServer,
    root: Path,
    make_worker: Make,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Celery makes its pools on first use, and two threads would make two of them."""
    made: list[pools.Connections] = []
    create = pools.Connections.create

    def slowly(self: pools.Connections, *arguments: Any) -> Any:
        made.append(self)
        time.sleep(0.1)
        return create(self, *arguments)

    monkeypatch.setattr(pools.Connections, "create", slowly)
    make_worker(own_redis.url())
    runner, program = ClusterRunner(own_redis.url(), root), write("print('here')")
    with ThreadPoolExecutor(8) as threads:
        runs = list(threads.map(lambda _: runner.start(program), range(8)))
    assert len(made) == 1
    assert all(finish(runner, run).outcome is Outcome.FINISHED for run in runs)
    runner.close()


def test_keys_of_runs_expire(cluster: ClusterRunner, write: Write) -> None:
    run = cluster.start(write("print('short')"))
    finish(cluster, run)
    redis = cluster.registry.redis
    keys: Sequence[bytes] = redis.keys(f"run:{run}*")  # type: ignore[assignment]
    assert len(keys) >= 2
    assert all(0 < redis.pttl(key) <= 600_000 for key in keys)  # type: ignore[operator]
    assert redis.zcard("waiting:runs") == 0
    assert redis.hgetall("rounds:runs") == {}
    assert not redis.hget(f"run:{run}", "visitor")
    redis.delete(*keys)
    with pytest.raises(UnknownRun):
        cluster.state(run)


def test_keys_of_a_running_run_expire(cluster: ClusterRunner, write: Write) -> None:
    run = cluster.start(write("import time\nprint('ready')\ntime.sleep(60)"))
    until_printed(cluster, run, "ready")
    redis = cluster.registry.redis
    keys: Sequence[bytes] = redis.keys(f"run:{run}*")  # type: ignore[assignment]
    assert len(keys) == 3
    assert all(redis.pttl(key) > 0 for key in keys)  # type: ignore[operator]
    cluster.cancel(run)


def test_an_idle_worker_uses_almost_no_cpu_time(own_redis: RedisServer, make_worker: Make) -> None:
    worker = make_worker(own_redis.url())
    ticks = os.sysconf("SC_CLK_TCK")

    def used() -> float:
        fields = Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / ticks

    before = used()
    time.sleep(3)
    assert used() - before < 0.3
