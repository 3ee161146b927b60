"""How late a run was: what the kernel tells of others, and how long its workers overslept."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from tests.engine.conftest import Run
from tests.engine.running import cores_taken
from tests.lessons.test_claims import MAIN, A, B, Step, recording
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
    """A worker sleeps from one millisecond to another, and asked for `asked` seconds."""
    return [(start, key, Kind.SLEPT, "", str(asked)), (end, key, Kind.WOKE, "", "")]


@pytest.mark.parametrize(
    ("steps", "seconds"),
    [
        ([], 0),
        (sleeps(A, 0, 500, 0.5), 0),
        (sleeps(A, 0, 700, 0.5), 0.2),
        ([*sleeps(A, 0, 300, 0.2), *sleeps(A, 400, 550, 0.1)], 0.15),
        # At the same time: the machine stood still once.
        ([*sleeps(A, 0, 300, 0.2), *sleeps(B, 0, 350, 0.25)], 0.15),
        (
            [
                (0, MAIN, Kind.WAITS, "lock", "acquire 0.1"),
                (140, MAIN, Kind.GAVE_UP, "lock", ""),
            ],
            0.04,
        ),
        # Without a time-out, and with one that what was waited for came before.
        ([(0, A, Kind.WAITS, "lock", "acquire"), (900, A, Kind.GAVE_UP, "lock", "")], 0),
        ([(0, A, Kind.WAITS, "lock", "acquire 0.1"), (90, A, Kind.GOT, "lock", "")], 0),
    ],
)
def test_a_run_is_as_late_as_its_workers_overslept(steps: list[Step], seconds: float) -> None:
    assert lateness(recording(steps)) == pytest.approx(seconds)


def test_or_as_others_held_it_up_if_that_is_more() -> None:
    overslept = recording(sleeps(A, 0, 300, 0.2))
    assert lateness(replace(overslept, held_up=0.05)) == pytest.approx(0.1)
    assert lateness(replace(overslept, held_up=0.5)) == 0.5
    unobserved = recording(sleeps(A, 0, 300, 0.2), observed=False)
    assert lateness(replace(unobserved, held_up=0.05)) == 0.05


@pytest.mark.parametrize(
    ("began", "ended", "own", "seconds"),
    [
        # Others used 2 s, and something had to wait for 0.5 s.
        (Pressure(10, 1), Pressure(13, 1.5), 1.0, 0.5),
        # Something had to wait for 1 s, but others used 0.25 s only: it was the run's own.
        (Pressure(10, 1), Pressure(11.25, 2), 1.0, 0.25),
        # The counters are coarse.
        (Pressure(10, 1), Pressure(10.9, 2), 1.0, 0),
        (Pressure(10, None), Pressure(13, None), 1.0, 2),
        (UNTOLD, UNTOLD, 1.0, 0),
    ],
)
def test_others_hold_a_run_up_for_no_longer_than_each_counter_tells(
    began: Pressure, ended: Pressure, own: float, seconds: float
) -> None:
    assert held_up(began, ended, own) == pytest.approx(seconds)


def test_the_kernels_counters_go_on_while_a_processor_is_used() -> None:
    before = read_pressure()
    until = time.process_time() + 0.1
    while time.process_time() < until:
        pass
    after = read_pressure()
    assert before.used is not None
    assert after.used is not None
    assert after.used - before.used >= 0.05


@pytest.mark.parametrize("missing", ["/proc/stat", "/proc/pressure/cpu"])
def test_what_the_kernel_does_not_tell_is_not_made_up(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    read = pressure._read

    def told(path: str) -> bytes:
        if path == missing:
            raise FileNotFoundError(path)
        return read(path)

    monkeypatch.setattr(pressure, "_read", told)
    assert read_pressure().wanted is None
    assert (read_pressure().used is None) == (missing == "/proc/stat")


def test_a_run_beside_others_that_take_all_cores_was_held_up(run: Run) -> None:
    with cores_taken(spare=1):
        recording = run(COMPUTES)
    assert recording.held_up > 0.05
