"""A class on the site compared with bare forks: the same demo, students and cores.

`make bench ARGS=forks` lets 200 students, and 400, press Run at the same moment, on the site and
on a server that only forks (`programs/bare_server.py`), in turn.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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
from bench.stream import ROOT, served, wait_for
from bench.students import Answer, Exercise, press_at_once
from tools.serving import free_port
from webapp.lessons.folders import TOPICS

TIMES = 3
FILES = {
    SLEEP.name: "thread_subclass/demos/sleep_inside_run.py",
    RACE.name: "barrier/demos/race.py",
    SPAWN.name: "spawn_a_process/demos/start_all_then_join.py",
}
CLASSES: Sequence[tuple[str, Sequence[Exercise], float]] = (
    (SLEEP.name, [SLEEP], 1.7),
    (RACE.name, [RACE], 1.7),
    (SPAWN.name, [SPAWN], 2.0),
    ("a mix", [SLEEP, RACE, SPAWN], 1.7),
)
"""Each class: its name, its exercises, and how many times the p95 of bare forks it may take."""

STUDENTS, TWICE, MOST_FOR_TWICE = 200, 400, 2.2
"""Students of a class; of a class twice as large, and how many times as long it may take."""

HEAD = """\
| demo | students | p95, s: min | median | max | bare forks, p95, s | ratio | limit \
| errors | mixed up | a page, p95, ms |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"""


@dataclass(frozen=True)
class Measured:
    """p95s of a class in seconds (the site, bare forks, a page), and its wrong answers."""

    site: Sequence[float]
    bare: Sequence[float]
    pages: Sequence[float]
    errors: int
    mixed_up: int

    @property
    def ratio(self) -> float:
        """How many times as long as bare forks the site took (median)."""
        return median(own / other for own, other in zip(self.site, self.bare, strict=True))


def main() -> int:
    """Measure all classes; return 1 if an answer was wrong or a ratio is above its limit."""
    raise_limit_of_descriptors()
    print(HEAD)
    failed = False
    with served() as port:
        press_at_once(port, [SLEEP])
        for name, exercises, most in CLASSES:
            measured = _measured(port, name, exercises, STUDENTS)
            failed |= _print(name, STUDENTS, measured, measured.ratio, most)
            if exercises == [SLEEP]:
                usual = median(measured.site)
        twice = _measured(port, SLEEP.name, [SLEEP], TWICE)
        longer = median(twice.site) / usual
        failed |= _print(f"{SLEEP.name}, beside {STUDENTS}", TWICE, twice, longer, MOST_FOR_TWICE)
    return int(failed)


def _measured(port: int, name: str, exercises: Sequence[Exercise], number: int) -> Measured:
    site, bare, pages, errors, mixed_up = [], [], [], 0, 0
    for _ in range(TIMES):
        own = measure(port, name, exercises, number, PAGE)
        forks = _bare(exercises, number)
        site.append(_p95(own.answers))
        bare.append(_p95(forks))
        pages.append(percentile(own.pages, 95))
        errors += sum(bool(one.fault()) for one in (*own.answers, *forks))
        mixed_up += sum(one.is_mixed_up() for one in own.answers if not one.fault())
    return Measured(site, bare, pages, errors, mixed_up)


def _print(name: str, number: int, measured: Measured, ratio: float, most: float) -> bool:
    """Print a row; return whether an answer was wrong or the ratio is above its limit."""
    site = measured.site
    cells = (
        name,
        number,
        *(f"{one:.2f}" for one in (min(site), median(site), max(site), median(measured.bare))),
        f"**{ratio:.2f} ×**",
        f"{most} ×",
        measured.errors,
        measured.mixed_up,
        f"{median(measured.pages) * 1e3:.0f}",
    )
    print(f"| {' | '.join(map(str, cells))} |", flush=True)
    return bool(measured.errors or measured.mixed_up or ratio > most)


def _p95(answers: Sequence[Answer]) -> float:
    return percentile([answer.took for answer in answers], 95)


def _bare(exercises: Sequence[Exercise], number: int) -> list[Answer]:
    """Let the class press Run on servers that only fork, one for each exercise."""
    with _bare_servers(exercises) as ports:
        time.sleep(SETTLE)
        chosen = [*islice(cycle(exercises), number)]
        return press_at_once([ports[one.name] for one in chosen], chosen)


@contextmanager
def _bare_servers(exercises: Sequence[Exercise]) -> Iterator[dict[str, int]]:
    servers, ports = [], {}
    try:
        for one in exercises:
            ports[one.name] = free_port()
            command = [sys.executable, "-m", "bench.programs.bare_server", str(ports[one.name])]
            command += [str(TOPICS / FILES[one.name]), json.dumps(dict(one.form))]
            servers.append(subprocess.Popen(command, cwd=ROOT))
            wait_for(ports[one.name])
        yield ports
    finally:
        for server in servers:
            server.kill()
            server.wait()


if __name__ == "__main__":
    sys.exit(main())
