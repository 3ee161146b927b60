"""Measures of durations, in seconds, and their bounds."""

from __future__ import annotations

from collections.abc import Callable

from webapp.engine.lateness import lateness
from webapp.engine.recording import Recording
from webapp.lessons.claims import Check, Measured, judged
from webapp.lessons.measures import Measure, both, given
from webapp.lessons.values import Values

# Starting and switching workers may add SLACK seconds and SLACK_SHARE of the expected duration;
# a sleep may be too short by ROUNDING seconds (clocks are rounded).
SLACK = 0.35
SLACK_SHARE = 0.25
ROUNDING = 0.002


def wall_time() -> Measure[float]:
    """Measure the seconds from the program's first step to the end of its main process."""
    return lambda recording, values: recording.wall


def took_about(seconds: Callable[[Values], float]) -> Check:
    """Check that the run took `seconds`, and at most the slack more: a claim of time."""

    def check(recording: Recording, values: Values) -> Measured:
        expected = seconds(values)
        excess = recording.wall - (expected * (1 + SLACK_SHARE) + SLACK)
        holds = expected - ROUNDING <= recording.wall and excess <= 0
        figure = f"{recording.wall:.3f} s ~ {expected:g} s"
        # A late machine excuses a run that is too long, never one that is too short.
        return Measured(holds, figure, excess if excess > 0 else None)

    return check


def took_nearest(seconds: Callable[[Values], float], *others: Callable[[Values], float]) -> Check:
    """Check that a run's time is nearer to `seconds` than to each of the others; for questions.

    Undecided if the answer would be another without the machine's delay of the run.
    """

    def check(recording: Recording, values: Values) -> Measured:
        expected = seconds(values)
        rivals = [other(values) for other in others]

        def is_near(wall: float) -> bool:
            return all(abs(wall - expected) <= abs(wall - rival) for rival in rivals)

        near, late = is_near(recording.wall), lateness(recording)
        figure = f"{recording.wall:.3f} s"
        if near is not is_near(recording.wall - late):
            return Measured(None, figure, late=late)
        return Measured(near, figure)

    return check


def took_at_least(seconds: Callable[[Values], float]) -> Check:
    """Check that the run took at least `seconds`, which holds on any machine."""
    return lasted_at_least(wall_time(), seconds)


def lasted_at_least(measured: Measure[float], seconds: Callable[[Values], float]) -> Check:
    """Check that a measured duration is at least `seconds`; fails if there is none."""
    return judged(
        both(measured, given(seconds)),
        lambda times, values: times[0] >= times[1] - ROUNDING,
        lambda times: f"{times[0]:.3f} s ≥ {times[1]:g} s",
        untold=False,
    )
