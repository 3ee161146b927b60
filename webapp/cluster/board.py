"""All that web servers and workers share in Redis: its keys, and the steps that happen at once.

    run:ID            hash     what the run is, where it stands, who runs it
    run:ID:events     stream   what it reported: an entry a batch, at last its ending
    run:ID:followed   string   there as long as somebody follows it
    waiting:QUEUE     sorted   runs in line: by round (visitors take turns), then by order of asking
    rounds:QUEUE      hash     how many runs each visitor has in that line
    worker:NAME       string   what a worker announces; gone when it has not done so for a while
    workers           set      the names of all that ever did, and are not known to be gone
    orders:NAME       stream   runs that a worker is to end
    ended             hash     how many runs have ended, by outcome
    notice:TEXT       string   what one server has to tell the others
    reader:NAME       stream   wakes the one thread of a server that reads for all its followers

The id of an entry of events is that of the last event in it, so a reader who has seen events up to
some id reads on from that very place. Every key of a run expires.

A run is claimed by one worker, once, whatever a queue delivers: that is what keeps it from being
run twice. It ends once, too, by whoever says so first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any, cast

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import (
    ConnectionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    TimeoutError,
)
from redis.retry import Retry

from webapp.engine.events import Event
from webapp.engine.machines import Machine
from webapp.engine.packing import pack, pack_events, unpack, unpack_events
from webapp.engine.recording import Outcome, Recording
from webapp.engine.runner import Phase

GONE = (ConnectionError, TimeoutError, OutOfMemoryError, ReadOnlyError)
"""What Redis's client raises where Redis does not answer, or takes nothing: it may later."""

CONNECT, ANSWER = 1.0, 2.0
"""Seconds that Redis has to take a connection, and to answer."""

KEPT = 600
"""Seconds that a run's keys outlive its end: for readers who come back, and for a database that
does."""

SPAN = 1 << 40
"""Runs asked for that fit between two rounds of a line: a million a second for twelve days."""

ANNOUNCED = 3.5
"""Seconds for which an announcement holds: on a machine that is overloaded the next comes late."""

BATCH = 500
"""Entries of a stream that are read at a time."""

ORDERS = 1000
"""Orders that are kept for a worker."""


@dataclass(frozen=True, slots=True)
class Order:
    """A run as it is asked for. `path` is relative to the folder that all machines have."""

    id: str
    path: str
    sha256: str
    parameters: Mapping[str, Any]
    arguments: Sequence[str]
    observe: bool
    visitor: str
    queue: str
    about: str
    asked_at: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a run stands; `place` in line counts from 1 (0: not in line)."""

    phase: Phase
    order: Order
    place: int
    worker: str
    machine: Machine | None


@dataclass(frozen=True, slots=True)
class Glance:
    """A run as a follower looks at it again and again. `phase` is None where it is not there."""

    phase: Phase | None
    worker: str
    announced: bool


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a worker says of itself, some times a second."""

    machine: Machine
    queues: tuple[str, ...]
    running: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What one entry of a run's stream holds: events, or at last the ending, without events."""

    id: str
    events: Sequence[Event] = ()
    ending: Recording | None = None


_Row = tuple[bytes, dict[bytes, bytes]]
"""An entry of a stream as Redis gives it: its id and its fields."""


class OverAlready(Exception):
    """The run has an ending, so nothing can be added to it."""


class Vanished(Exception):
    """Redis knows nothing of the run any more."""


# --- the steps that happen at once, in Redis ---

# Put a run in line: its score is its round among its visitor's own, then the order of asking. One
# that is there already was put there by an attempt whose answer was lost.
# KEYS run, followed, waiting, rounds; ARGV in_line, life, unfollowed, span, visitor, id, fields…
ENQUEUE = """
if redis.call('EXISTS', KEYS[1]) == 1 then
  return tonumber(redis.call('HGET', KEYS[1], 'round'))
end
if redis.call('ZCARD', KEYS[3]) >= tonumber(ARGV[1]) then return -1 end
local round = redis.call('HINCRBY', KEYS[4], ARGV[5], 1) - 1
redis.call('ZADD', KEYS[3], round * tonumber(ARGV[4]) + redis.call('INCR', 'asked'), ARGV[6])
redis.call('HSET', KEYS[1], 'phase', 'queued', 'round', round, unpack(ARGV, 7))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('SET', KEYS[2], 1, 'PX', ARGV[3])
return round
"""

LEAVE_LINE = """
local function leave(waiting, rounds, visitor, id)
  if redis.call('ZREM', waiting, id) == 1 then
    if redis.call('HINCRBY', rounds, visitor, -1) <= 0 then redis.call('HDEL', rounds, visitor) end
  end
end
"""

# A claim that is there already was made by an attempt whose answer was lost, if its token is ours.
# KEYS run, followed, waiting, rounds; ARGV worker, machine, id, visitor, token
CLAIM = (
    LEAVE_LINE
    + """
if redis.call('HGET', KEYS[1], 'phase') ~= 'queued' then
  return redis.call('HGET', KEYS[1], 'token') == ARGV[5] and 1 or 0
end
if redis.call('EXISTS', KEYS[2]) == 0 then return -1 end
-- Whom it is for matters only in line.
redis.call('HSET', KEYS[1], 'phase', 'running', 'worker', ARGV[1], 'machine', ARGV[2],
  'visitor', '', 'token', ARGV[5])
leave(KEYS[3], KEYS[4], ARGV[4], ARGV[3])
return 1
"""
)

# An entry that is there already was added by an attempt whose answer was lost.
# KEYS run, events; ARGV id, packed, life
APPEND = """
local phase = redis.call('HGET', KEYS[1], 'phase')
if not phase then return -1 end
if phase == 'over' then return 0 end
local added = redis.pcall('XADD', KEYS[2], ARGV[1], 'events', ARGV[2])
if type(added) == 'table' and added.err and not string.find(added.err, 'equal or smaller') then
  return redis.error_reply(added.err)
end
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 1
"""

# KEYS run, events, followed, waiting, rounds; ARGV packed, outcome, kept, id, visitor, only
FINISH = (
    LEAVE_LINE
    + """
local phase = redis.call('HGET', KEYS[1], 'phase')
if not phase then return -1 end
if phase == 'over' or (ARGV[6] ~= '' and phase ~= ARGV[6]) then return 0 end
redis.call('XADD', KEYS[2], '*', 'ending', ARGV[1])
redis.call('HSET', KEYS[1], 'phase', 'over', 'visitor', '')
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call('HINCRBY', 'ended', ARGV[2], 1)
leave(KEYS[4], KEYS[5], ARGV[5], ARGV[4])
return 1
"""
)


@dataclass
class Board:
    """Redis, as this program uses it. Everything raises redis's errors where it does not answer.

    A run's keys live for `life` seconds before its end, and one that nobody has followed for
    `unfollowed` seconds is not worth running.
    """

    redis: Redis
    life: float
    unfollowed: float
    _scripts: dict[str, Any] = field(default_factory=dict)

    # --- a run ---

    def enqueue(self, order: Order, in_line: int) -> int | None:
        """Put a run in line; give its round, or None where there is no room."""
        fields = [part for pair in _written(asdict(order)).items() for part in pair]
        numbers = (in_line, _ms(self.life), _ms(self.unfollowed), SPAN, order.visitor, order.id)
        keys = (_run(order.id), _followed(order.id), *_line(order.queue))
        found = int(self._call(ENQUEUE, keys, (*numbers, *fields)))
        return None if found < 0 else found

    def claim(self, order: Order, worker: str, machine: Machine, token: str) -> bool | None:
        """Take a run for a worker, once; false where that is done, None where nobody follows it.

        Who asks again, for the answer was lost, does so with the same `token`.
        """
        told = json.dumps(asdict(machine))
        keys = (_run(order.id), _followed(order.id), *_line(order.queue))
        found = int(self._call(CLAIM, keys, (worker, told, order.id, order.visitor, token)))
        return None if found < 0 else bool(found)

    def restore(self, order: Order, worker: str, machine: Machine) -> None:
        """Write a run that is going on once more: Redis has lost it."""
        going = {"phase": Phase.RUNNING, "worker": worker, "machine": json.dumps(asdict(machine))}
        with self.redis.pipeline() as pipe:
            told = _written(asdict(replace(order, visitor="")))
            pipe.hset(_run(order.id), mapping={**told, **going})
            pipe.pexpire(_run(order.id), _ms(self.life))
            pipe.set(_followed(order.id), 1, px=_ms(self.unfollowed))
            pipe.delete(_events(order.id))
            pipe.execute()

    def append(self, id: str, events: Sequence[Event]) -> None:
        """Add events to a run's stream. Raises OverAlready and Vanished."""
        arguments = (f"{events[-1].id}-0", pack_events(events), _ms(self.life))
        _check(self._call(APPEND, (_run(id), _events(id)), arguments))

    def finish(self, order: Order, recording: Recording, *, only: Phase | None = None) -> None:
        """End a run; `only` one that stands so. Raises OverAlready and Vanished."""
        id = order.id
        keys = (_run(id), _events(id), _followed(id), *_line(order.queue))
        packed = pack(replace(recording, events=()))
        arguments = (packed, recording.outcome, KEPT * 1000, id, order.visitor, only or "")
        _check(self._call(FINISH, keys, arguments))

    def standing(self, id: str) -> Standing | None:
        """Where a run stands; None where there is no such run."""
        told = cast(dict[bytes, bytes], self.redis.hgetall(_run(id)))
        if not told:
            return None
        found = {name.decode(): value.decode() for name, value in told.items()}
        order, phase = _order(found), Phase(found["phase"])
        place = 0
        if phase is Phase.QUEUED:
            rank = self.redis.zrank(_line(order.queue)[0], id)
            place = 0 if rank is None else cast(int, rank) + 1
        machine = _machine(json.loads(found["machine"])) if "machine" in found else None
        return Standing(phase, order, place, found.get("worker", ""), machine)

    def glance(self, runs: Sequence[tuple[str, str]]) -> list[Glance]:
        """Say that these runs are followed, and look at them, each with its worker as known."""
        if not runs:
            return []
        workers = sorted({worker for _, worker in runs})
        with self.redis.pipeline(transaction=False) as pipe:
            for worker in workers:
                pipe.exists(_worker(worker))
            for id, _ in runs:
                pipe.set(_followed(id), 1, px=_ms(self.unfollowed))
                pipe.hmget(_run(id), ["phase", "worker"])
            answers = pipe.execute()
        there = {name for name, is_there in zip(workers, answers, strict=False) if is_there}
        told = answers[len(workers) + 1 :: 2]
        return [
            _glance(phase, worker, known, there)
            for (_, known), (phase, worker) in zip(runs, told, strict=True)
        ]

    def read_all(
        self, places: Mapping[str, str], reader: str, told: str, wait: float
    ) -> tuple[dict[str, list[Entry]], str]:
        """Read the streams of runs after a place each; wait for any to go on, or for `tell_reader`.

        Give what came of each run, and where the reader was told last.
        """
        keys = {reader: told, **{_events(id): place for id, place in places.items()}}
        answer: Any = self.redis.xread(keys, count=BATCH, block=_ms(wait))  # type: ignore[arg-type]
        came = {key.decode(): entries for key, entries in answer}
        if words := came.pop(reader, None):
            told = words[-1][0].decode()
        read = {_run_of(key): [_entry(*row) for row in entries] for key, entries in came.items()}
        return read, told

    def tell_reader(self, reader: str) -> None:
        """Have a reader of many streams look which they are."""
        with self.redis.pipeline(transaction=False) as pipe:
            pipe.xadd(reader, {"look": 1}, maxlen=1)
            pipe.pexpire(reader, KEPT * 1000)
            pipe.execute()

    def all_entries(self, id: str) -> Iterator[Entry]:
        """Read a run's stream from its beginning."""
        after = "0"
        while rows := self._read(_events(id), after, None):
            yield from (_entry(*row) for row in rows)
            after = rows[-1][0].decode()

    # --- workers ---

    def announce(self, announcement: Announcement) -> None:
        """Say that a worker is there, and what it has."""
        name = announcement.machine.name
        with self.redis.pipeline(transaction=False) as pipe:
            pipe.set(_worker(name), json.dumps(asdict(announcement)), px=_ms(ANNOUNCED))
            pipe.sadd("workers", name)
            pipe.execute()

    def leave(self, name: str) -> None:
        """Take a worker's announcement back."""
        self.redis.delete(_worker(name), f"orders:{name}")
        self.redis.srem("workers", name)

    def is_announced(self, name: str) -> bool:
        """Whether a worker is there."""
        return bool(self.redis.exists(_worker(name)))

    def workers(self) -> list[Announcement]:
        """All workers that are there."""
        names = [name.decode() for name in cast(set[bytes], self.redis.smembers("workers"))]
        if not names:
            return []
        told = cast(list[bytes | None], self.redis.mget([_worker(name) for name in names]))
        silent = [name for name, what in zip(names, told, strict=True) if what is None]
        if silent:  # whoever is back announces itself again
            self.redis.srem("workers", *silent)
        return [_announcement(json.loads(what)) for what in told if what is not None]

    def order_end(self, worker: str, id: str) -> None:
        """Have a worker end a run."""
        self.redis.xadd(f"orders:{worker}", {"run": id}, maxlen=ORDERS)
        self.redis.expire(f"orders:{worker}", KEPT)

    def orders(self, worker: str, after: str, wait: float) -> tuple[list[str], str]:
        """Wait for orders after the last one; give the runs to end, and the last one now."""
        entries = self._read(f"orders:{worker}", after, _ms(wait))
        runs = [told[b"run"].decode() for _, told in entries]
        return runs, entries[-1][0].decode() if entries else after

    def in_line(self, queue: str) -> list[str]:
        """The runs that wait in a queue, in order."""
        waiting = cast(list[bytes], self.redis.zrange(_line(queue)[0], 0, -1))
        return [id.decode() for id in waiting]

    def strike(self, queue: str, id: str) -> None:
        """Take a run out of line of which nothing else is known any more."""
        self.redis.zrem(_line(queue)[0], id)

    def deserted(self, ids: Sequence[str]) -> list[str]:
        """Those of the runs that nobody follows any more."""
        with self.redis.pipeline(transaction=False) as pipe:
            for id in ids:
                pipe.exists(_followed(id))
            followed = pipe.execute()
        return [id for id, there in zip(ids, followed, strict=True) if not there]

    # --- all of it ---

    def answers(self) -> bool:
        """Whether Redis answers."""
        try:
            return bool(self.redis.ping())
        except RedisError:
            return False

    def waiting(self, queues: Sequence[str]) -> int:
        """How many runs are in line in these queues."""
        with self.redis.pipeline(transaction=False) as pipe:
            for queue in queues:
                pipe.zcard(_line(queue)[0])
            return sum(pipe.execute())

    def ended(self) -> dict[Outcome, int]:
        """How many runs have ended, by outcome."""
        told = cast(dict[bytes, bytes], self.redis.hgetall("ended"))
        return {outcome: int(told.get(outcome.encode(), 0)) for outcome in Outcome}

    def put_up(self, notice: str) -> None:
        """Put up a notice for all servers; it comes down by itself."""
        self.redis.set(f"notice:{notice}", 1, px=KEPT * 1000)

    def has(self, notice: str) -> bool:
        """Whether such a notice is up."""
        return bool(self.redis.exists(f"notice:{notice}"))

    def close(self) -> None:
        """Close all connections."""
        self.redis.close()

    @contextmanager
    def own(self) -> Iterator[Board]:
        """The same with a connection that nobody else uses, for who asks again and again."""
        with self.redis.client() as redis:  # type: ignore[no-untyped-call]
            yield Board(redis, self.life, self.unfollowed)

    def _read(self, stream: str, after: str, block: int | None) -> list[_Row]:
        answer: Any = self.redis.xread({stream: after}, count=BATCH, block=block)
        return answer[0][1] if answer else []

    def _call(self, script: str, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        if script not in self._scripts:
            self._scripts[script] = self.redis.register_script(script)
        return self._scripts[script](keys=keys, args=arguments)


def connect(url: str, *, life: float, unfollowed: float) -> Board:
    """Reach Redis by its URL; no connection is made before it is needed.

    A connection that was cut off is made anew once, at once; whoever wants to wait does so.
    """
    return Board(Redis.from_url(url, **client_options()), life, unfollowed)


def client_options() -> dict[str, Any]:
    """How Redis is spoken to: the client's own way would be to wait for it, for many seconds."""
    return {
        "socket_connect_timeout": CONNECT,
        "socket_timeout": ANSWER,
        # Not when it has not answered in time: it would be waited for twice.
        "retry": Retry(NoBackoff(), 1, supported_errors=(ConnectionError,)),
    }


def recorded(entries: Iterator[Entry]) -> Recording | None:
    """Put a run's record together from its stream; None where it has no ending yet."""
    events: list[Event] = []
    for entry in entries:
        if entry.ending is not None:
            return replace(entry.ending, events=tuple(events))
        events += entry.events
    return None


def _check(answer: Any) -> None:
    if int(answer) < 0:
        raise Vanished
    if int(answer) == 0:
        raise OverAlready


def _run(id: str) -> str:
    return f"run:{id}"


def _events(id: str) -> str:
    return f"run:{id}:events"


def _followed(id: str) -> str:
    return f"run:{id}:followed"


def _line(queue: str) -> tuple[str, str]:
    return f"waiting:{queue}", f"rounds:{queue}"


def _run_of(key: str) -> str:
    """The run whose events a key has."""
    return key.split(":")[1]


def _worker(name: str) -> str:
    return f"worker:{name}"


def _ms(seconds: float) -> int:
    return max(1, round(seconds * 1000))


def _written(order: Mapping[str, Any]) -> dict[str, str]:
    """An order as the fields of a hash: what is no text as JSON."""
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in order.items()
    }


def _order(found: Mapping[str, str]) -> Order:
    told: dict[str, Any] = {name: found[name] for name in Order.__dataclass_fields__}
    for name in ("parameters", "arguments", "observe"):
        told[name] = json.loads(found[name])
    return Order(**told)


def _entry(id: bytes, told: Mapping[bytes, bytes]) -> Entry:
    if b"ending" in told:
        return Entry(id.decode(), ending=unpack(told[b"ending"]))
    return Entry(id.decode(), unpack_events(told[b"events"]))


def _glance(phase: bytes | None, worker: bytes | None, known: str, there: set[str]) -> Glance:
    now = worker.decode() if worker else ""
    # Who has just taken it is there.
    return Glance(Phase(phase.decode()) if phase else None, now, now != known or now in there)


def _machine(told: Mapping[str, Any]) -> Machine:
    return Machine(**{**told, "start_methods": tuple(told["start_methods"])})


def _announcement(told: Mapping[str, Any]) -> Announcement:
    machine, queues = _machine(told["machine"]), tuple(told["queues"])
    return Announcement(**{**told, "machine": machine, "queues": queues})
