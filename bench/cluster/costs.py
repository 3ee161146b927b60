"""What a cluster, and one server alone, have used since they started."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import text

from bench.cluster.started import Cluster
from webapp.engine import tree

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Usage:
    """What a cluster has used since it started.

    `web` to `postgres` are CPU seconds, `commands` and `traffic` (bytes) are those of Redis,
    `memory` is the size of its data in bytes, `stored` the bytes of the `count` stored runs.
    """

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


def usage(own: Cluster) -> Usage:
    """Read what a cluster has used until now."""
    web = _servers(own.port)
    launchers = [child for worker in own.workers for child in tree.children(worker)]
    with own.client() as redis:
        info = cast(dict[str, Any], redis.info())
    assert own.redis.process is not None
    postgres = own.postgres.pid()
    return Usage(
        web=sum(_used(pid) for pid in web),
        workers=sum(_used(pid) for pid in own.workers),
        # The launcher forks the runs: its own time, and that of the children it has reaped.
        runs=sum(_used(pid, reaped=True) for pid in launchers),
        redis=_used(own.redis.process.pid),
        postgres=sum(
            _used(pid, reaped=pid == postgres) for pid in [postgres, *tree.children(postgres)]
        ),
        commands=int(info["total_commands_processed"]),
        traffic=int(info["total_net_input_bytes"]) + int(info["total_net_output_bytes"]),
        memory=int(info["used_memory_dataset"]),
        **_stored(own),
    )


def _used(pid: int, *, reaped: bool = False) -> float:
    """Return the CPU seconds of a process; with `reaped`, those of its reaped children as well."""
    fields = tree.read(pid, "stat").rpartition(")")[2].split()
    own, children = fields[11:13], fields[13:15]
    return sum(map(int, own + (children if reaped else []))) / TICKS


def _servers(port: int) -> list[int]:
    """Return the process ids of the server at a port: gunicorn's master, then its worker."""
    serving = f"PORT={port}"
    own = tree.children(os.getpid())
    masters = [pid for pid in own if serving in tree.read(pid, "environ").split("\0")]
    return [*masters, *(child for master in masters for child in tree.children(master))]


def usage_alone(port: int) -> tuple[float, float]:
    """Return the CPU seconds of a server without a cluster, and those of its runs."""
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
