"""A real Redis and a real PostgreSQL on loopback, and workers: each a process of the tests' own."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from tests.api.serving import free_port, wait_until
from webapp.engine import tree

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class RedisServer:
    """A Redis that forgets all that it holds when it is stopped."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def url(self, number: int = 0) -> str:
        """How to reach one of its 64 databases."""
        return f"redis://127.0.0.1:{self.port}/{number}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = {"bind": "127.0.0.1", "save": "", "appendonly": "no", "databases": "64"}
        told = [part for name, value in options.items() for part in (f"--{name}", value)]
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--dir", str(self.folder), *told],
            stdout=subprocess.DEVNULL,
        )
        wait_until(self.answers)

    def answers(self) -> bool:
        """Whether it does."""
        try:
            with Redis(port=self.port) as client:
                return bool(client.ping())
        except RedisError:
            return False

    def kill(self) -> None:
        """End it at once."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait()


@dataclass
class PostgresServer:
    """A PostgreSQL with a database of its own, whose data are in a folder that goes with it."""

    folder: Path
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        """How to reach its database."""
        return f"postgresql://movazi@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        """Make its files; it refuses to be root."""
        self.folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        options = ["--auth=trust", "--username=movazi", "--encoding=UTF8", "--no-sync"]
        self._run("initdb", "--pgdata", str(self.folder), *options)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
        told = " ".join(f"-c {name}={value}" for name, value in options.items())
        told += f" -p {self.port}"
        self._run("pg_ctl", "--pgdata", str(self.folder), "--wait", "--options", told, "start")

    def stop(self) -> None:
        """Cut all connections off, and end it."""
        self._run("pg_ctl", "--pgdata", str(self.folder), "--mode", "immediate", "stop")

    def _run(self, command: str, *arguments: str) -> None:
        found = shutil.which(command, path=os.pathsep.join([*_postgres_folders(), os.defpath]))
        assert found, f"there is no {command}"
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        subprocess.run(
            [*(as_user if os.geteuid() == 0 else []), found, *arguments],
            check=True,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            # Its server inherits them, and would hold a pipe of ours open.
            stderr=subprocess.DEVNULL,
        )


def _postgres_folders() -> list[str]:
    """Where Debian puts what is not for everybody's path."""
    return [str(folder) for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"))[::-1]]


@dataclass
class WorkerProcess:
    """A worker in a process tree of its own."""

    url: str
    root: Path
    name: str = "worker"
    limits: Mapping[str, Any] = field(default_factory=dict)
    needs: Sequence[Mapping[str, Any]] = ()
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it takes runs."""
        told = [json.dumps(dict(self.limits)), json.dumps([dict(one) for one in self.needs])]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.cluster.worker", self.url, self.root, self.name, *told],
            cwd=ROOT,
        )
        wait_until(self.is_announced, 20)

    @property
    def pid(self) -> int:
        """Its process."""
        assert self.process is not None
        return self.process.pid

    def is_announced(self) -> bool:
        """Whether servers know that it is there."""
        with Redis.from_url(self.url) as client:
            return bool(client.exists(f"worker:{self.name}"))

    def below(self) -> list[int]:
        """Its launcher and all runs."""
        return tree.descendants(self.pid)

    def stop(self, within: float = 20) -> int:
        """Ask it to end, and wait for that."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """End it at once."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
