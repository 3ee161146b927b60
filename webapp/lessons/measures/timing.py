"""Measures of durations, in seconds, and their bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from webapp.engine.lateness import lateness, time_asleep
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
    """Check that a run took `seconds`, and not as long as one of the others; for questions.

    No run is shorter than its program, so that of the durations that are no longer than the run
    the nearest one is right. Undecided if the run might have taken another one without the
    machine's delay, which is never in the time that the program spends asleep.
    """

    def check(recording: Recording, values: Values) -> Measured:
        expected = seconds(values)
        durations = [expected, *(other(values) for other in others)]
        late = min(lateness(recording), recording.wall - time_asleep(recording))
        due = _nearest(durations, recording.wall - late)
        possible = [one for one in durations if one <= recording.wall + ROUNDING]
        found = _nearest(possible or [min(durations)], recording.wall)
        figure = f"{recording.wall:.3f} s"
        if due != found and expected in (due, found):
            return Measured(None, figure, late=late)
        return Measured(expected == found, figure)

    return check


def _nearest(durations: Sequence[float], time: float) -> float:
    """Return the duration that is nearest to a time."""
    return min(durations, key=lambda one: abs(one - time))


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
