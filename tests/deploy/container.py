"""Build the image and start it without a container engine: with buildah, unshare(1) and root.

A container gets what compose.yaml gives its service: a read-only root file system, a volume, a /tmp
and a /dev/shm, and only the named capabilities.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.deploy.settled import compose
from tests.operating.serving import ROOT
from tools.serving import free_port
from webapp.engine import tree

MIRROR = "http://deb.debian.org/debian"
CERTIFICATES = Path("/etc/ssl/certs")

SERVER, RUNS = 10001, 10002
"""The image's users: of the server, and of the runs."""

START = """
set -eu
mount --bind "$ROOT" "$ROOT"
mount -o remount,bind,ro "$ROOT"
mount -t proc proc "$ROOT/proc"
mount -t tmpfs -o mode=755 tmpfs "$ROOT/dev"
for device in null zero urandom; do
    touch "$ROOT/dev/$device"
    mount --bind "/dev/$device" "$ROOT/dev/$device"
done
mkdir "$ROOT/dev/shm"
mount --bind "$MEMORY/shm" "$ROOT/dev/shm"
mount --bind "$MEMORY/tmp" "$ROOT/tmp"
mount --bind "$VOLUME" "$ROOT/var/lib/movazi"
exec chroot "$ROOT" "$@"
"""
"""A script that runs as root in its own namespaces; its last command becomes process 1."""


@dataclass(frozen=True)
class Image:
    """A built image: its root file system and its configuration."""

    root: Path
    config: Mapping[str, Any]

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that the image sets."""
        return dict(entry.split("=", 1) for entry in self.config["Env"])


@dataclass(frozen=True)
class Container:
    """A running container: its image, its service in compose.yaml, `unshare`, and its port."""

    image: Image
    service: Mapping[str, Any]
    process: subprocess.Popen[str]
    port: int
    environment: Mapping[str, str]
    memory: Path
    """The folder with its /tmp and its /dev/shm."""

    def left(self) -> list[Path]:
        """Return the files in its /tmp and its /dev/shm."""
        return list(self.memory.glob("*/*"))

    @property
    def first(self) -> int:
        """The id, outside of the container, of its process 1: the only child of unshare."""
        [pid] = (
            Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        )
        return int(pid)

    def run(self, *command: str, user: int) -> subprocess.CompletedProcess[str]:
        """Run a command in it, as `docker exec --user` would."""
        inside = ["nsenter", f"--target={self.first}", "--mount", "--pid", "--ipc", "--root"]
        inside += [f"--wdns={self.image.config['WorkingDir']}", "--"]
        inside += _as_user(user, self.service)
        environment = [f"{name}={value}" for name, value in self.environment.items()]
        return subprocess.run(
            [*inside, "env", "-i", *environment, *command],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )

    def status(self, inner: int) -> dict[str, str]:
        """Return /proc/PID/status of the process with this id inside. Raises KeyError."""
        text = tree.read(self.pids()[inner], "status")
        return {
            key: value.strip()
            for key, _, value in (line.partition(":") for line in text.splitlines())
        }

    def pids(self) -> dict[int, int]:
        """Return the ids of its processes outside of the container, by their ids inside."""
        space = Path(f"/proc/{self.first}/ns/pid").readlink()
        found: dict[int, int] = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # it may end meanwhile
                if (folder / "ns/pid").readlink() == space:
                    [numbers] = re.findall(r"^NSpid:(.*)$", (folder / "status").read_text(), re.M)
                    found[int(numbers.split()[-1])] = int(folder.name)
        return found

    def signal(self, number: signal.Signals) -> None:
        """Send its process 1 a signal, as a container engine does."""
        os.kill(self.first, number)


def build(work: Path) -> Iterator[Image]:
    """Build the image on a new Debian, and yield it; unmount it afterwards."""
    environment = {**os.environ, "CONTAINERS_STORAGE_CONF": str(_storage(work))}

    def buildah(*command: str) -> str:
        done = subprocess.run(
            ["buildah", *command], env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
        return done.stdout.strip()

    _make_base(work / "debian", buildah)
    settings = work / "pip.conf"
    settings.write_text(pip_settings())
    buildah(
        "build",
        "--isolation=chroot",
        "--format=docker",  # the OCI format has no HEALTHCHECK
        "--build-arg=BASE=localhost/debian",
        f"--secret=id=pip,src={settings}",
        f"--volume={CERTIFICATES}:{CERTIFICATES}:ro",
        "--tag=localhost/movazi",
        str(ROOT),
    )
    config = json.loads(buildah("inspect", "--type=image", "localhost/movazi"))["Docker"]["config"]
    yield Image(Path(buildah("mount", buildah("from", "localhost/movazi"))), config)
    buildah("umount", "--all")


def _storage(work: Path) -> Path:
    file = work / "storage.conf"
    file.write_text(
        f'[storage]\ndriver = "vfs"\ngraphroot = "{work / "graph"}"\nrunroot = "{work / "run"}"\n'
    )
    return file


def _make_base(folder: Path, buildah: Any) -> None:
    make_debian(folder)
    container = buildah("from", "scratch")
    buildah("copy", "--quiet", container, str(folder), "/")
    buildah("commit", "--quiet", container, "localhost/debian")
    buildah("rm", container)


def make_debian(folder: Path, *packages: str) -> None:
    """Install a small Debian with Python and these packages into a folder."""
    included = ",".join(("ca-certificates", "python3", "python3-venv", *packages))
    subprocess.run(
        ["debootstrap", "--variant=minbase", f"--include={included}", "bookworm", folder, MIRROR],
        check=True,
        stdout=subprocess.DEVNULL,
    )


def pip_settings() -> str:
    """Return pip's index and certificate on this machine, as a pip.conf."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    )
    wanted = {"global.index-url": "index-url", "global.cert": "cert"}
    found = [line.split("=", 1) for line in listed.stdout.splitlines() if "=" in line]
    lines = [f"{wanted[key]} = {value[1:-1]}" for key, value in found if key in wanted]
    return "\n".join(["[global]", *lines, ""])


@contextmanager
def started(
    image: Image, work: Path, service: str = "web", **environment: str
) -> Iterator[Container]:
    """Start a container of the image as a service of compose.yaml; its volume is `work`/volume."""
    settings = compose()["services"][service]
    port = free_port()
    environment = {**image.environment, "PORT": str(port), **environment}
    with TemporaryDirectory(dir="/dev/shm") as memory:
        command = [
            "unshare",
            "--mount",
            "--pid",
            "--ipc",
            "--uts",
            "--fork",
            "sh",
            "-c",
            START,
            "sh",
        ]
        command += ["env", "-i", f"--chdir={image.config['WorkingDir']}"]
        command += [f"{name}={value}" for name, value in environment.items()]
        command += [*_as_user(int(image.config["User"]), settings), *image.config["Entrypoint"]]
        process = subprocess.Popen(
            [*command, *settings.get("command", image.config["Cmd"])],
            env={**os.environ, **_folders(image, work / "volume", Path(memory))},
            text=True,
        )
        container = Container(image, settings, process, port, environment, Path(memory))
        try:
            yield container
        finally:
            if process.poll() is None:
                container.signal(signal.SIGKILL)  # the kernel then kills all its processes
            process.wait(10)


def _folders(image: Image, volume: Path, memory: Path) -> dict[str, str]:
    """Make the folders that a container may write to; return them as variables for START."""
    volume.mkdir(mode=0o700, parents=True)
    os.chown(volume, int(image.config["User"]), int(image.config["User"]))
    for folder in (memory / "tmp", memory / "shm"):
        folder.mkdir()
        folder.chmod(0o1777)
    return {"ROOT": str(image.root), "VOLUME": str(volume), "MEMORY": str(memory)}


def _as_user(user: int, service: Mapping[str, Any]) -> Sequence[str]:
    powers = ",".join(["-all", *(f"+{name.lower()}" for name in service.get("cap_add", ()))])
    command = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"]
    command += ["--inh-caps=-all", f"--bounding-set={powers}"]
    may_gain = "no-new-privileges:true" not in service.get("security_opt", ())
    return command if may_gain else [*command, "--no-new-privs"]
