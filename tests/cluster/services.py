"""Workers as child processes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redis import Redis

from tests.api.serving import wait_until
from webapp.engine import tree

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class WorkerProcess:
    """A worker with the programs below `root`."""

    url: str
    root: Path
    name: str = "worker"
    limits: Mapping[str, Any] = field(default_factory=dict)
    needs: Sequence[Mapping[str, Any]] = ()
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it accepts runs."""
        arguments = [json.dumps(dict(self.limits)), json.dumps([dict(one) for one in self.needs])]
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.cluster.worker",
                self.url,
                self.root,
                self.name,
                *arguments,
            ],
            cwd=ROOT,
        )
        wait_until(self.is_announced, 20)

    @property
    def pid(self) -> int:
        """The id of its process."""
        assert self.process is not None
        return self.process.pid

    def is_announced(self) -> bool:
        """Return whether it has announced itself in Redis."""
        with Redis.from_url(self.url) as client:
            return bool(client.exists(f"worker:{self.name}"))

    def below(self) -> list[int]:
        """Return the ids of its launcher and of all processes of its runs."""
        return tree.descendants(self.pid)

    def stop(self, within: float = 20) -> int:
        """Terminate it and wait; return its exit code. Raises TimeoutExpired after `within` s."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """Kill it."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
