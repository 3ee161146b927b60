"""What all runs of a cluster, and of one server alone, have taken until now."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import text

from bench.cluster.started import Cluster
from webapp.engine import tree

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Costs:
    """What all runs together have taken until now: processor seconds, commands, bytes."""

    web: float
    workers: float
    runs: float
    redis: float
    postgres: float
    commands: int
    traffic: int
    memory: int
    stored: int
    count: int


def costs(own: Cluster) -> Costs:
    """What a cluster has taken until now."""
    web = _servers(own.port)
    launchers = [child for worker in own.workers for child in tree.children(worker)]
    with own.client() as redis:
        told = cast(dict[str, Any], redis.info())
    assert own.redis.process is not None
    postgres = own.postgres.pid()
    return Costs(
        web=sum(_used(pid) for pid in web),
        workers=sum(_used(pid) for pid in own.workers),
        # The launcher's own, for it forks them, and those of all that it has reaped.
        runs=sum(_used(pid, reaped=True) for pid in launchers),
        redis=_used(own.redis.process.pid),
        postgres=sum(
            _used(pid, reaped=pid == postgres) for pid in [postgres, *tree.children(postgres)]
        ),
        commands=int(told["total_commands_processed"]),
        traffic=int(told["total_net_input_bytes"]) + int(told["total_net_output_bytes"]),
        memory=int(told["used_memory_dataset"]),
        **_stored(own),
    )


def _used(pid: int, *, reaped: bool = False) -> float:
    """Processor seconds of a process, and of the children that it has waited for."""
    fields = tree.read(pid, "stat").rpartition(")")[2].split()
    own, children = fields[11:13], fields[13:15]
    return sum(map(int, own + (children if reaped else []))) / TICKS


def _servers(port: int) -> list[int]:
    """The processes of the server at a port: gunicorn's first, and its worker."""
    serving = f"PORT={port}"
    own = tree.children(os.getpid())
    firsts = [pid for pid in own if serving in tree.read(pid, "environ").split("\0")]
    return [*firsts, *(child for first in firsts for child in tree.children(first))]


def used_alone(port: int) -> tuple[float, float]:
    """Processor seconds of a server that runs programs itself, and of these."""
    servers = _servers(port)
    launchers = tree.children(servers[-1])
    return sum(map(_used, servers)), sum(_used(pid, reaped=True) for pid in launchers)


def _stored(own: Cluster) -> dict[str, int]:
    engine = own.database()
    with engine.connect() as connection:
        size = connection.execute(text("SELECT pg_total_relation_size('runs')")).scalar_one()
        count = connection.execute(text("SELECT count(*) FROM runs")).scalar_one()
    engine.dispose()
    return {"stored": size, "count": count}
