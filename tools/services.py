"""A real Redis and a real PostgreSQL on loopback, for tests and measurements: nobody else's."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

from redis import Redis
from redis.exceptions import RedisError

from tools.serving import START_SECONDS, free_port


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
        _wait_until(self.answers)

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

    port: int = field(default_factory=free_port)
    folder: Path = field(default_factory=lambda: Path(mkdtemp(prefix="movazi-postgres-")))

    @property
    def url(self) -> str:
        """How to reach its database."""
        return f"postgresql://movazi@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        """Make its files; it refuses to be root."""
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

    def remove(self) -> None:
        """Stop it, and remove its files."""
        self.stop()
        shutil.rmtree(self.folder)

    def pid(self) -> int:
        """Its first process, below which all others are."""
        return int((self.folder / "postmaster.pid").read_text().split()[0])

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


def _wait_until(answers: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers():
        if time.monotonic() > deadline:
            raise RuntimeError("Redis does not answer")
        time.sleep(0.01)
