"""How late a run was: how long its workers overslept, and how long others held it up."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from tests.engine.conftest import Run
from tests.engine.running import cores_taken
from tests.lessons.test_claims import MAIN, TASK, A, B, Step, recording
from webapp.engine import pressure
from webapp.engine.events import Kind
from webapp.engine.lateness import lateness
from webapp.engine.pressure import UNTOLD, Pressure, held_up, read_pressure

COMPUTES = """
    import time
    until = time.process_time() + 0.5
    while time.process_time() < until: pass
"""


def sleeps(key: tuple[int, int], start: int, end: int, asked: float) -> list[Step]:
    """Return the steps of a worker that asks to sleep `asked` seconds; times in milliseconds."""
    return [(start, key, Kind.SLEPT, "", str(asked)), (end, key, Kind.WOKE, "", "")]


@pytest.mark.parametrize(
    ("steps", "seconds"),
    [
        ([], 0),
        (sleeps(A, 0, 500, 0.5), 0),
        (sleeps(A, 0, 700, 0.5), 0.2),
        ([*sleeps(A, 0, 300, 0.2), *sleeps(A, 400, 550, 0.1)], 0.15),
        # Both at the same time: the machine stood still once.
        ([*sleeps(A, 0, 300, 0.2), *sleeps(B, 0, 350, 0.25)], 0.15),
        (
            [
                (0, MAIN, Kind.WAITS, "lock", "acquire 0.1"),
                (140, MAIN, Kind.GAVE_UP, "lock", ""),
            ],
            0.04,
        ),
        # A wait without a time-out, and one that ended before its time-out.
        ([(0, A, Kind.WAITS, "lock", "acquire"), (900, A, Kind.GAVE_UP, "lock", "")], 0),
        ([(0, A, Kind.WAITS, "lock", "acquire 0.1"), (90, A, Kind.GOT, "lock", "")], 0),
        # A task that had to wait for its turn, and an event loop that woke late.
        (sleeps(TASK, 0, 900, 0.1), 0.0),
        (
            [(0, MAIN, Kind.WAITS, "loop", "loop 0.1"), (150, MAIN, Kind.RESUMED, "loop", "")],
            0.05,
        ),
    ],
)
def test_a_run_is_as_late_as_its_workers_overslept(steps: list[Step], seconds: float) -> None:
    assert lateness(recording(steps)) == pytest.approx(seconds)


def test_a_run_is_as_late_as_others_held_it_up_if_that_is_longer() -> None:
    overslept = recording(sleeps(A, 0, 300, 0.2))
    assert lateness(replace(overslept, held_up=0.05)) == pytest.approx(0.1)
    assert lateness(replace(overslept, held_up=0.5)) == 0.5
    unobserved = recording(sleeps(A, 0, 300, 0.2), observed=False)
    assert lateness(replace(unobserved, held_up=0.05)) == 0.05


@pytest.mark.parametrize(
    ("began", "ended", "own", "seconds"),
    [
        # Others used 2 s; a process waited for a processor for 0.5 s.
        (Pressure(10, 1), Pressure(13, 1.5), 1.0, 0.5),
        # A process waited for 1 s, but others used only 0.25 s: the run held itself up.
        (Pressure(10, 1), Pressure(11.25, 2), 1.0, 0.25),
        # The counters are coarse.
        (Pressure(10, 1), Pressure(10.9, 2), 1.0, 0),
        (Pressure(10, None), Pressure(13, None), 1.0, 2),
        (UNTOLD, UNTOLD, 1.0, 0),
    ],
)
def test_a_run_is_held_up_for_no_longer_than_each_counter_says(
    began: Pressure, ended: Pressure, own: float, seconds: float
) -> None:
    assert held_up(began, ended, own) == pytest.approx(seconds)


def test_the_kernels_counters_count_used_processor_time() -> None:
    before = read_pressure()
    until = time.process_time() + 0.1
    while time.process_time() < until:
        pass
    after = read_pressure()
    assert before.used is not None
    assert after.used is not None
    assert after.used - before.used >= 0.05


@pytest.mark.parametrize("missing", ["/proc/stat", "/proc/pressure/cpu"])
def test_a_missing_counter_is_none(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    read = pressure._read

    def read_existing(path: str) -> bytes:
        if path == missing:
            raise FileNotFoundError(path)
        return read(path)

    monkeypatch.setattr(pressure, "_read", read_existing)
    assert read_pressure().wanted is None
    assert (read_pressure().used is None) == (missing == "/proc/stat")


def test_a_run_on_a_busy_machine_was_held_up(run: Run) -> None:
    with cores_taken(spare=1):
        recording = run(COMPUTES)
    assert recording.held_up > 0.05
