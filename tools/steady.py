"""Check that `make test` passes every time, under every condition.

    python -m tools.steady [--times N] [--only CONDITION …] [--args="-k deadlock"]

Runs the tests of HEAD under each of the `conditions`, in a clone of its own with only PATH and HOME
in the environment, and prints a table. Each result is saved at once, so an interruption loses
nothing, and the same command again adds to the table. `--times 0` only prints it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median

from tools.conditions import CONDITIONS, NOBODY, Condition, apply, busy_cores

ROOT = Path(__file__).resolve().parents[1]

FOLDER = Path("/var/tmp/movazi-steady")
"""The folder of clones, logs and results: not below ROOT, which other users may not enter."""

LONGEST = 3600
"""Seconds after which a run hangs: it is killed, and has failed."""

PROGRESS = 30
"""Seconds between two lines about a run in progress."""

INSTALLING = re.compile(r"PIP_\w+|SSL_CERT_\w+|https?_proxy|no_proxy", re.IGNORECASE)
"""Environment variables that setting up a clone may need to reach the packages."""


@dataclass(frozen=True)
class Result:
    """The result of one run. `failed` names the failed tests, or the log if no test failed."""

    condition: str
    args: str
    passed: bool
    seconds: float
    failed: list[str]
    log: str


class Steady:
    """All runs of one commit."""

    def __init__(self, commit: str, args: str) -> None:
        self.commit = commit
        self.args = args
        self.user = NOBODY if os.geteuid() == 0 else None  # runs `not-root`
        self.folder = FOLDER / commit[:12]
        self.results = self.folder / "results.jsonl"

    def run(self, name: str) -> Result:
        """Run the tests once in the condition's clone, and save the result."""
        condition = CONDITIONS[name]
        clone = self._clone(name, condition)
        log = self._next_log(name)
        print(f"{name}: {log}", flush=True)
        with busy_cores() if condition.busy else contextlib.nullcontext():
            began = time.monotonic()
            command = ["make", "test", f"ARGS={self.args}"]
            code = self._execute(name, command, log, cwd=clone)
            seconds = time.monotonic() - began
        text = log.read_text(encoding="utf-8", errors="replace")
        result = Result(
            condition=name,
            args=self.args,
            passed=code == 0,
            seconds=round(seconds, 1),
            failed=_failed(text) or [str(log)] * (code != 0),
            log=str(log),
        )
        with self.results.open("a", encoding="utf-8") as file:
            print(json.dumps(asdict(result)), file=file)
        return result

    def kept(self) -> list[Result]:
        """Return the saved results of this commit and these arguments."""
        if not self.results.exists():
            return []
        lines = self.results.read_text(encoding="utf-8").splitlines()
        found = [Result(**json.loads(line)) for line in lines]
        return [result for result in found if result.args == self.args]

    def _clone(self, name: str, condition: Condition) -> Path:
        """Return the condition's clone; make it if needed. If that fails, the run fails, too."""
        clone = self.folder / name / "clone"
        if (clone / ".venv" / ".dev").exists():
            return clone
        shutil.rmtree(clone, ignore_errors=True)
        (clone.parent / "home").mkdir(parents=True, exist_ok=True)
        # The user that runs the tests must be able to enter these.
        for folder in (FOLDER, self.folder, clone.parent):
            folder.chmod(0o755)
        _git("clone", "--quiet", str(ROOT), str(clone))
        _git("-C", str(clone), "checkout", "--quiet", "--detach", self.commit)
        if condition.unprivileged and self.user:
            _give(clone.parent, self.user)
        log = clone.parent / "setup.log"
        print(f"{name}: sets up {clone}", flush=True)
        more = {key: value for key, value in os.environ.items() if INSTALLING.fullmatch(key)}
        if self._execute(name, ["make", ".venv/.dev"], log, cwd=clone, **more):
            print(f"{name}: the clone could not be set up: see {log}", flush=True)
        return clone

    def _next_log(self, name: str) -> Path:
        folder = self.folder / name
        return folder / f"{len(list(folder.glob('[0-9]*.log'))) + 1:03}.log"

    def _execute(
        self, name: str, command: list[str], log: Path, *, cwd: Path, **environment: str
    ) -> int:
        """Run a command under a condition; return its exit code."""
        condition = CONDITIONS[name]
        user = self.user if condition.unprivileged else None
        base = {"PATH": _path(user), "HOME": str(cwd.parent / "home")}
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env={**base, **environment, **condition.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # without a terminal
                preexec_fn=partial(apply, condition, user),  # noqa: PLW1509  (no threads here)
            )
        try:
            return _follow(process, name, log)
        finally:
            _kill_session(process)


def main() -> int:
    """Run the tests and print the table; return 1 if a run has failed."""
    command = _parser().parse_args()
    names = command.only or list(CONDITIONS)
    steady = Steady(_git("-C", str(ROOT), "rev-parse", "HEAD").strip(), command.args)
    if _git("-C", str(ROOT), "status", "--porcelain"):
        print("Changes that are not committed are not tested.", file=sys.stderr)
    with contextlib.suppress(KeyboardInterrupt):
        for time_ in range(command.times):
            for name in names:
                _print(steady.run(name), f"{time_ + 1} of {command.times}")
    results = [result for result in steady.kept() if result.condition in names]
    print("\n".join(table(results)))
    return 0 if all(result.passed for result in results) else 1


def table(results: Sequence[Result]) -> Iterator[str]:
    """Yield the lines of a Markdown table with a row for each condition."""
    yield "| condition | passed | seconds: min / median / max | failed |"
    yield "| --- | --- | --- | --- |"
    for name in CONDITIONS:
        if not (own := [result for result in results if result.condition == name]):
            continue
        took = [result.seconds for result in own]
        times = f"{min(took):.0f} / {median(took):.0f} / {max(took):.0f}"
        passed = f"{sum(result.passed for result in own)} of {len(own)}"
        failed = _counted(test for result in own for test in result.failed)
        yield f"| {name} | {passed} | {times} | {failed} |"


def _counted(tests: Iterator[str]) -> str:
    counts = Counter(tests).most_common()
    return ", ".join(f"`{test}`" + (f" ×{count}" if count > 1 else "") for test, count in counts)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.steady", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--times", type=int, default=5, help="runs under each (%(default)s)")
    parser.add_argument("--only", action="append", choices=CONDITIONS, help="may be repeated")
    parser.add_argument("--args", default="", help="what `make test` takes as ARGS")
    return parser


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _path(user: int | None) -> str:
    """Return PATH; for another user, without the folders that the user cannot enter."""
    places = [Path(place) for place in os.environ["PATH"].split(os.pathsep)]
    if user is not None:
        places = [
            place
            for place in places
            if place.exists() and all(p.stat().st_mode & 0o001 for p in (place, *place.parents))
        ]
    return os.pathsep.join(map(str, places))


def _give(folder: Path, user: int) -> None:
    os.chown(folder, user, user)
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(parent, name), user, user, follow_symlinks=False)


def _follow(process: subprocess.Popen[bytes], name: str, log: Path) -> int:
    """Wait for the process, and print its progress; return its exit code."""
    began = time.monotonic()
    while (spent := time.monotonic() - began) < LONGEST:
        try:
            return process.wait(PROGRESS)
        except subprocess.TimeoutExpired:
            done = re.findall(r"\[ *(\d+%)\]", log.read_text(encoding="utf-8", errors="replace"))
            print(f"{name}: {spent + PROGRESS:.0f} s {done[-1] if done else ''}", flush=True)
    print(f"{name}: hangs, and is killed", flush=True)
    return 1


def _kill_session(process: subprocess.Popen[bytes]) -> None:
    """Kill the process's group, and wait for the process."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _failed(log: str) -> list[str]:
    """Return the failed tests from pytest's summary."""
    found = re.findall(r"^(?:FAILED|ERROR) (\S+::.+?)(?: - .*)?$", log, re.MULTILINE)
    return list(dict.fromkeys(found))


def _print(result: Result, number: str) -> None:
    word = "passed" if result.passed else "FAILED"
    print(f"{result.condition} {number}: {word} in {result.seconds:.0f} s", flush=True)
    for test in result.failed:
        print(f"  {test}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
