"""How long it took, in seconds, beside what the parameters say."""

from __future__ import annotations

from collections.abc import Callable

from webapp.engine.recording import Recording
from webapp.lessons.claims import Check, Measured, judged
from webapp.lessons.measures import Measure, Values, both, given

# What starting workers and switching between them may add to a time, in seconds, and what a sleep
# may fall short of its time by (clocks are rounded to microseconds).
SLACK = 0.35
SLACK_SHARE = 0.25
ROUNDING = 0.002


def wall_time() -> Measure[float]:
    """From the program's first step to the end of its main process."""
    return lambda recording, values: recording.wall


def took_about(seconds: Callable[[Values], float]) -> Check:
    """The run took what the parameters say, and little more: a claim of time."""

    def check(recording: Recording, values: Values) -> Measured:
        expected = seconds(values)
        excess = recording.wall - (expected * (1 + SLACK_SHARE) + SLACK)
        holds = expected - ROUNDING <= recording.wall and excess <= 0
        figure = f"{recording.wall:.3f} s ~ {expected:g} s"
        # No machine makes a run too short.
        return Measured(holds, figure, excess if excess > 0 else None)

    return check


def took_at_least(seconds: Callable[[Values], float]) -> Check:
    """The run took what the parameters say, or longer: a bound that holds on any machine."""
    return lasted_at_least(wall_time(), seconds)


def lasted_at_least(measured: Measure[float], seconds: Callable[[Values], float]) -> Check:
    """The same of any time that a run shows; it does not hold where it shows none."""
    return judged(
        both(measured, given(seconds)),
        lambda times, values: times[0] >= times[1] - ROUNDING,
        lambda times: f"{times[0]:.3f} s ≥ {times[1]:g} s",
        untold=False,
    )
