"""A class at once beside as many bare forks: the same demo, the same students, the same cores.

`make bench ARGS=forks` has 200 students, and 400, press Run in the same moment, at the site and at
a server that does nothing but fork (`programs/bare_server.py`), in turn.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import cycle, islice
from statistics import median

from bench.classroom import (
    PAGE,
    RACE,
    SETTLE,
    SLEEP,
    SPAWN,
    measure,
    percentile,
    raise_limit_of_descriptors,
)
from bench.stream import ROOT, served
from bench.students import Answer, Exercise, press_at_once
from webapp.lessons.folders import TOPICS

TIMES = 1
FILES = {
    SLEEP.name: "thread_subclass/demos/sleep_inside_run.py",
    RACE.name: "barrier/demos/race.py",
    SPAWN.name: "spawn_a_process/demos/start_all_then_join.py",
}
CLASSES: Sequence[tuple[str, Sequence[Exercise], int, float]] = (
    (SLEEP.name, [SLEEP], 200, 1.7),
    (RACE.name, [RACE], 200, 1.7),
    (SPAWN.name, [SPAWN], 200, 2.0),
    ("a mix", [SLEEP, RACE, SPAWN], 200, 1.7),
    (SLEEP.name, [SLEEP], 400, 1.7),
)
"""What is pressed, by how many, and how many times as long as bare forks it may take (p95)."""

HEAD = """\
| demo | students | p95, s: min | median | max | bare forks, p95, s | ratio | may be \
| errors | mixed up | a page, p95, ms |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"""


def main() -> int:
    """Measure all classes; 1 if anything went wrong, or took longer than it may."""
    raise_limit_of_descriptors()
    print(HEAD)
    with served() as port:
        press_at_once(port, [SLEEP])
        return int(sum(_measure(port, *one) for one in CLASSES) > 0)


def _measure(port: int, name: str, exercises: Sequence[Exercise], number: int, goal: float) -> bool:
    own, bare, pages, wrong, mixed = [], [], [], 0, 0
    for _ in range(TIMES):
        site = measure(port, name, exercises, number, PAGE)
        forks = _bare(exercises, number)
        own.append(_p95(site.answers))
        bare.append(_p95(forks))
        pages.append(percentile(site.pages, 95) * 1e3)
        wrong += sum(bool(one.fault()) for one in (*site.answers, *forks))
        mixed += sum(one.is_mixed_up() for one in site.answers if not one.fault())
    ratio = median(one / other for one, other in zip(own, bare, strict=True))
    cells = (
        name,
        number,
        *(f"{seconds:.2f}" for seconds in (min(own), median(own), max(own), median(bare))),
        f"**{ratio:.2f} ×**",
        f"{goal} ×",
        wrong,
        mixed,
        f"{median(pages):.0f}",
    )
    print(f"| {' | '.join(map(str, cells))} |", flush=True)
    return bool(wrong or mixed or ratio > goal)


def _p95(answers: Sequence[Answer]) -> float:
    return percentile([answer.took for answer in answers], 95)


def _bare(exercises: Sequence[Exercise], number: int) -> list[Answer]:
    """As many students at servers that fork, one for each exercise."""
    with _forking(exercises) as ports:
        time.sleep(SETTLE)
        chosen = [*islice(cycle(exercises), number)]
        return press_at_once([ports[one.name] for one in chosen], chosen)


@contextmanager
def _forking(exercises: Sequence[Exercise]) -> Iterator[dict[str, int]]:
    servers, ports = [], {}
    try:
        for one in exercises:
            with socket.create_server(("127.0.0.1", 0)) as free:
                ports[one.name] = free.getsockname()[1]
            command = [sys.executable, "-m", "bench.programs.bare_server", str(ports[one.name])]
            command += [str(TOPICS / FILES[one.name]), json.dumps(dict(one.form))]
            servers.append(subprocess.Popen(command, cwd=ROOT))
            press_at_once(_wait_for(ports[one.name]), [replace(one)])
        yield ports
    finally:
        for server in servers:
            server.kill()
            server.wait()


def _wait_for(port: int) -> int:
    until = time.monotonic() + 15
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port)):
                return port
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main())
