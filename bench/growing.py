"""What lanes that grow during a run cost: the site, and the site without them, in turn.

`make bench ARGS=growing` presses Run repeatedly and reads the CPU time of all processes, as `costs`
does, and then has a class press Run at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from itertools import repeat
from statistics import median

from bench.classroom import SLEEP, percentile, raise_limit_of_descriptors
from bench.costs import WARM_UP, usage_so_far
from bench.stream import press, served
from bench.students import Answer, press_at_once

WITHOUT = "bench.programs.still:app"
WITH = "wsgi:app"
TIMES = 3
STUDENTS = 200
LIMIT = 1.10
"""The most that a run, or a class, may cost with growing lanes, as a multiple of without."""

SLEEPERS = "/en/threads/thread-subclass/sleep-inside-run"
LOCKED = "/en/threads/lock/lost-update-fixed"
CASES: Mapping[str, tuple[str, Mapping[str, object], int]] = {
    "ten threads, 0 s": (SLEEPERS, {"thread_count": 10, "sleep_seconds": 0}, 200),
    "ten threads, 0.5 s": (SLEEPERS, {"thread_count": 10, "sleep_seconds": 0.5}, 20),
    "1,000 events of locks": (LOCKED, {"thread_count": 4, "increments": 86, "window": "none"}, 40),
}
"""Of each case the demo, its parameters, and how often Run is pressed."""


def main() -> int:
    """Print the table; return 1 if a ratio is above its limit."""
    raise_limit_of_descriptors()
    measured: dict[str, list[tuple[float, float]]] = {}
    for _ in range(TIMES):
        both = [_measured(app) for app in (WITHOUT, WITH)]
        for name in both[0]:
            measured.setdefault(name, []).append((both[0][name], both[1][name]))
    print("| | without growing lanes | with them | ratio | limit |")
    print("|---|--:|--:|--:|--:|")
    failed = False
    for name, pairs in measured.items():
        ratio = median(with_ / without for without, with_ in pairs)
        failed |= ratio > LIMIT
        without, with_ = (median(side) for side in zip(*pairs, strict=True))
        print(f"| {name} | {without:.2f} | {with_:.2f} | {ratio:.2f} × | {LIMIT:.2f} × |")
    return int(failed)


def _measured(app: str) -> dict[str, float]:
    """Measure a site. CPU times are milliseconds of all processes, divided by the runs."""
    found = {}
    with served(app) as port:
        for name, (address, form, times) in CASES.items():
            _press(port, address, form, WARM_UP if times > WARM_UP else 2)
            spent = _cpu(partial(_press, port, address, form, times))
            found[f"{name}: CPU ms of a run"] = spent / times * 1e3
        answers: list[Answer] = []
        spent = _cpu(lambda: answers.extend(press_at_once(port, [*repeat(SLEEP, STUDENTS)])))
        if any(answer.fault() for answer in answers):
            raise RuntimeError("a student's answer was wrong")
        found[f"a class of {STUDENTS}: CPU ms of a run"] = spent / STUDENTS * 1e3
        took = [answer.took for answer in answers]
        found[f"a class of {STUDENTS}: seconds, p50"] = percentile(took, 50)
        found[f"a class of {STUDENTS}: seconds, p95"] = percentile(took, 95)
    return found


def _press(port: int, address: str, form: Mapping[str, object], times: int) -> None:
    for _ in range(times):
        press(port, form, address)


def _cpu(act: Callable[[], object]) -> float:
    """Return the CPU seconds that the site and its runs use while `act` is carried out."""
    before = usage_so_far()
    act()
    after = usage_so_far()
    return sum(after[:3]) - sum(before[:3])


if __name__ == "__main__":
    sys.exit(main())
