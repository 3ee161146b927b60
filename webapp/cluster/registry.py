"""The registry of runs and workers in Redis, for web servers and workers.

`keys` documents the keys and `records` their values; `scripts` has the atomic steps.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any, cast

from redis import Redis
from redis.exceptions import RedisError

from webapp.cluster import keys
from webapp.cluster.connection import client_options
from webapp.cluster.records import (
    Announcement,
    Glance,
    Job,
    Standing,
    StreamEntry,
    job_fields,
    read_announcement,
    read_entry,
    read_glance,
    read_job,
    read_machine,
)
from webapp.cluster.scripts import APPEND, CLAIM, ENQUEUE, FINISH, check_answer
from webapp.engine.events import Event
from webapp.engine.machines import Machine
from webapp.engine.packing import pack, pack_events
from webapp.engine.recording import Outcome, Recording
from webapp.engine.runner import Phase

KEPT = 600
"""Seconds that a run's keys outlive its end, for followers that reconnect, and until the database
is reachable again."""

SPAN = 1 << 40
"""Distance of the scores of two rounds: enough for a million runs a second for twelve days."""

ANNOUNCED = 3.5
"""Seconds until an announcement expires: the next one is late if the machine is overloaded."""

BATCH = 500
"""Entries of a stream per read."""

ORDERS = 1000
"""Orders that are kept for a worker."""

_Row = tuple[bytes, dict[bytes, bytes]]
"""An entry of a stream from the client: its id and its fields."""


@dataclass
class Registry:
    """The runs, workers and notices in Redis. All methods but `answers` raise redis's errors.

    A run's keys expire after `life` seconds if it does not end; a run without followers for
    `unfollowed` seconds is deserted.
    """

    redis: Redis
    life: float
    unfollowed: float
    _scripts: dict[str, Any] = field(default_factory=dict)

    # --- a run ---

    def enqueue(self, job: Job, in_line: int) -> int | None:
        """Put a run in line; return the number of its visitor's runs before it, or None if there
        are `in_line` runs in line already."""
        fields = [part for pair in job_fields(asdict(job)).items() for part in pair]
        numbers = (in_line, _ms(self.life), _ms(self.unfollowed), SPAN, job.visitor, job.id)
        run_keys = (keys.run(job.id), keys.followed(job.id), *keys.line(job.queue))
        turn = int(self._call(ENQUEUE, run_keys, (*numbers, *fields)))
        return None if turn < 0 else turn

    def claim(self, job: Job, worker: str, machine: Machine, token: str) -> bool | None:
        """Claim a run for a worker. False: it is already claimed; None: it has no followers.

        Repeat the call with the same `token` if its answer was lost.
        """
        packed = json.dumps(asdict(machine))
        run_keys = (keys.run(job.id), keys.followed(job.id), *keys.line(job.queue))
        answer = int(self._call(CLAIM, run_keys, (worker, packed, job.id, job.visitor, token)))
        return None if answer < 0 else bool(answer)

    def restore(self, job: Job, worker: str, machine: Machine) -> None:
        """Write a running run again, after Redis has lost it."""
        state = {"phase": Phase.RUNNING, "worker": worker, "machine": json.dumps(asdict(machine))}
        with self.redis.pipeline() as pipe:
            fields = job_fields(asdict(replace(job, visitor="")))
            pipe.hset(keys.run(job.id), mapping={**fields, **state})
            pipe.pexpire(keys.run(job.id), _ms(self.life))
            pipe.set(keys.followed(job.id), 1, px=_ms(self.unfollowed))
            pipe.delete(keys.events(job.id))
            pipe.execute()

    def append(self, id: str, events: Sequence[Event]) -> None:
        """Add events to a run's stream. Raises OverAlready, Vanished."""
        life = _ms(self.life) if events[0].id == 1 else ""
        arguments = (f"{events[-1].id}-0", pack_events(events), life)
        check_answer(self._call(APPEND, (keys.run(id), keys.events(id)), arguments))

    def finish(self, job: Job, recording: Recording, *, only: Phase | None = None) -> None:
        """End a run. Raises Vanished, and OverAlready also if its phase is not `only`."""
        id = job.id
        run_keys = (keys.run(id), keys.events(id), keys.followed(id), *keys.line(job.queue))
        packed = pack(replace(recording, events=()))
        arguments = (packed, recording.outcome, KEPT * 1000, id, job.visitor, only or "")
        check_answer(self._call(FINISH, run_keys, arguments))

    def standing(self, id: str) -> Standing | None:
        """Return the state of a run; None if there is no such run."""
        stored = cast(dict[bytes, bytes], self.redis.hgetall(keys.run(id)))
        if not stored:
            return None
        found = {name.decode(): value.decode() for name, value in stored.items()}
        job, phase = read_job(found), Phase(found["phase"])
        place = 0
        if phase is Phase.QUEUED:
            rank = self.redis.zrank(keys.line(job.queue)[0], id)
            place = 0 if rank is None else cast(int, rank) + 1
        machine = read_machine(json.loads(found["machine"])) if "machine" in found else None
        return Standing(phase, job, place, found.get("worker", ""), machine)

    def glance(self, runs: Sequence[tuple[str, str]]) -> list[Glance]:
        """Mark runs as followed, and poll their states; `runs` are their ids and known workers."""
        if not runs:
            return []
        workers = sorted({worker for _, worker in runs})
        with self.redis.pipeline(transaction=False) as pipe:
            for worker in workers:
                pipe.exists(keys.worker(worker))
            for id, _ in runs:
                pipe.set(keys.followed(id), 1, px=_ms(self.unfollowed))
                pipe.hmget(keys.run(id), ["phase", "worker"])
            answers = pipe.execute()
        there = {name for name, is_there in zip(workers, answers, strict=False) if is_there}
        states = answers[len(workers) + 1 :: 2]
        return [
            read_glance(phase, worker, known, there)
            for (_, known), (phase, worker) in zip(runs, states, strict=True)
        ]

    def read_all(
        self, places: Mapping[str, str], reader: str, last: str, wait: float
    ) -> tuple[dict[str, list[StreamEntry]], str]:
        """Wait for new entries of several runs, or for `tell_reader`, for at most `wait` seconds.

        `places` holds the last read entry of each run, `last` the last one of the reader's own
        stream. Returns the new entries of each run, and the new `last`.
        """
        streams = {reader: last, **{keys.events(id): place for id, place in places.items()}}
        answer: Any = self.redis.xread(streams, count=BATCH, block=_ms(wait))  # type: ignore[arg-type]
        new = {key.decode(): entries for key, entries in answer}
        if wakings := new.pop(reader, None):
            last = wakings[-1][0].decode()
        read = {
            keys.run_of(key): [read_entry(*row) for row in entries] for key, entries in new.items()
        }
        return read, last

    def tell_reader(self, reader: str) -> None:
        """Wake the reader so that it reloads its list of streams."""
        with self.redis.pipeline(transaction=False) as pipe:
            pipe.xadd(reader, {"look": 1}, maxlen=1)
            pipe.pexpire(reader, KEPT * 1000)
            pipe.execute()

    def all_entries(self, id: str) -> Iterator[StreamEntry]:
        """Yield all entries of a run's stream."""
        after = "0"
        while rows := self._read(keys.events(id), after, None):
            yield from (read_entry(*row) for row in rows)
            after = rows[-1][0].decode()

    # --- workers ---

    def announce(self, announcement: Announcement) -> None:
        """Announce a worker for ANNOUNCED seconds."""
        name = announcement.machine.name
        with self.redis.pipeline(transaction=False) as pipe:
            pipe.set(keys.worker(name), json.dumps(asdict(announcement)), px=_ms(ANNOUNCED))
            pipe.sadd(keys.WORKERS, name)
            pipe.execute()

    def leave(self, name: str) -> None:
        """Withdraw a worker's announcement."""
        self.redis.delete(keys.worker(name), keys.orders(name))
        self.redis.srem(keys.WORKERS, name)

    def is_announced(self, name: str) -> bool:
        """Return whether a worker is announced."""
        return bool(self.redis.exists(keys.worker(name)))

    def workers(self) -> list[Announcement]:
        """Return all announced workers."""
        names = [name.decode() for name in cast(set[bytes], self.redis.smembers(keys.WORKERS))]
        if not names:
            return []
        found = cast(list[bytes | None], self.redis.mget([keys.worker(name) for name in names]))
        silent = [name for name, packed in zip(names, found, strict=True) if packed is None]
        if silent:  # a worker that returns announces itself again
            self.redis.srem(keys.WORKERS, *silent)
        return [read_announcement(json.loads(packed)) for packed in found if packed is not None]

    def order_end(self, worker: str, id: str) -> None:
        """Order a worker to end a run."""
        self.redis.xadd(keys.orders(worker), {"run": id}, maxlen=ORDERS)
        self.redis.expire(keys.orders(worker), KEPT)

    def orders(self, worker: str, after: str, wait: float) -> tuple[list[str], str]:
        """Wait at most `wait` seconds for orders after the entry `after`; return the ids of the
        runs to end, and the last entry."""
        entries = self._read(keys.orders(worker), after, _ms(wait))
        runs = [fields[b"run"].decode() for _, fields in entries]
        return runs, entries[-1][0].decode() if entries else after

    def in_line(self, queue: str) -> list[str]:
        """Return the ids of the runs in a queue's line, in order."""
        waiting = cast(list[bytes], self.redis.zrange(keys.line(queue)[0], 0, -1))
        return [id.decode() for id in waiting]

    def remove_from_line(self, queue: str, id: str) -> None:
        """Remove a run from the line whose other keys have expired."""
        self.redis.zrem(keys.line(queue)[0], id)

    def deserted(self, ids: Sequence[str]) -> list[str]:
        """Return those of the runs that have no followers."""
        with self.redis.pipeline(transaction=False) as pipe:
            for id in ids:
                pipe.exists(keys.followed(id))
            followed = pipe.execute()
        return [id for id, there in zip(ids, followed, strict=True) if not there]

    # --- everything else ---

    def answers(self) -> bool:
        """Return whether Redis answers."""
        try:
            return bool(self.redis.ping())
        except RedisError:
            return False

    def waiting(self, queues: Sequence[str]) -> int:
        """Return the number of runs in the lines of these queues."""
        with self.redis.pipeline(transaction=False) as pipe:
            for queue in queues:
                pipe.zcard(keys.line(queue)[0])
            return sum(pipe.execute())

    def ended(self) -> dict[Outcome, int]:
        """Return the number of ended runs, by outcome."""
        counts = cast(dict[bytes, bytes], self.redis.hgetall(keys.ENDED))
        return {outcome: int(counts.get(outcome.encode(), 0)) for outcome in Outcome}

    def set_notice(self, notice: str) -> None:
        """Set a notice for all servers; it expires after KEPT seconds."""
        self.redis.set(keys.notice(notice), 1, px=KEPT * 1000)

    def has_notice(self, notice: str) -> bool:
        """Return whether a notice is set."""
        return bool(self.redis.exists(keys.notice(notice)))

    def close(self) -> None:
        """Close all connections."""
        self.redis.close()

    @contextmanager
    def own(self) -> Iterator[Registry]:
        """Provide a registry with a connection of its own, for a thread that polls."""
        with self.redis.client() as redis:  # type: ignore[no-untyped-call]
            yield Registry(redis, self.life, self.unfollowed)

    def _read(self, stream: str, after: str, block: int | None) -> list[_Row]:
        answer: Any = self.redis.xread({stream: after}, count=BATCH, block=block)
        return answer[0][1] if answer else []

    def _call(self, script: str, own: Sequence[str], arguments: Sequence[Any]) -> Any:
        if script not in self._scripts:
            self._scripts[script] = self.redis.register_script(script)
        return self._scripts[script](keys=own, args=arguments)


def connect(url: str, *, life: float, unfollowed: float) -> Registry:
    """Return a registry for a Redis URL. It connects on first use, and once more at once if the
    connection breaks."""
    return Registry(Redis.from_url(url, **client_options()), life, unfollowed)


def _ms(seconds: float) -> int:
    return max(1, round(seconds * 1000))
