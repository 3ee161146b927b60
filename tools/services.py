"""A real Redis and PostgreSQL on loopback, started for tests and measurements only."""

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
    """A Redis that stores nothing on disk."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def url(self, number: int = 0) -> str:
        """Return the address of one of its 64 databases."""
        return f"redis://127.0.0.1:{self.port}/{number}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = {"bind": "127.0.0.1", "save": "", "appendonly": "no", "databases": "64"}
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--dir", str(self.folder), *arguments],
            stdout=subprocess.DEVNULL,
        )
        _wait_until(self.answers)

    def answers(self) -> bool:
        """Return whether it answers."""
        try:
            with Redis(port=self.port) as client:
                return bool(client.ping())
        except RedisError:
            return False

    def kill(self) -> None:
        """Kill it, even while it is stopped by SIGSTOP, and wait for its end."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait()


@dataclass
class PostgresServer:
    """A PostgreSQL with its data in a temporary folder."""

    port: int = field(default_factory=free_port)
    folder: Path = field(default_factory=lambda: Path(mkdtemp(prefix="movazi-postgres-")))

    @property
    def url(self) -> str:
        """The address of its database."""
        return f"postgresql://movazi@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        """Make its files; as the user `postgres` if we are root, which PostgreSQL refuses."""
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        options = ["--auth=trust", "--username=movazi", "--encoding=UTF8", "--no-sync"]
        self._run("initdb", "--pgdata", str(self.folder), *options)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
        joined = " ".join(f"-c {name}={value}" for name, value in options.items())
        joined += f" -p {self.port}"
        self._run("pg_ctl", "--pgdata", str(self.folder), "--wait", "--options", joined, "start")

    def stop(self) -> None:
        """Close all connections and stop it."""
        self._run("pg_ctl", "--pgdata", str(self.folder), "--mode", "immediate", "stop")

    def remove(self) -> None:
        """Stop it, and remove its files."""
        self.stop()
        shutil.rmtree(self.folder)

    def pid(self) -> int:
        """Return the id of its main process, the parent of all others."""
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
            # The server inherits these, and would keep a pipe of ours open.
            stderr=subprocess.DEVNULL,
        )


def _postgres_folders() -> list[str]:
    """Return where Debian puts the programs of PostgreSQL that are not on PATH."""
    return [str(folder) for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"))[::-1]]


def _wait_until(answers: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers():
        if time.monotonic() > deadline:
            raise RuntimeError("Redis does not answer")
        time.sleep(0.01)
