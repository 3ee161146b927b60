"""Topic 19: one thread says that something has happened, and all others may know it."""

import re
from collections import Counter

from webapp.engine.events import Kind
from webapp.engine.recording import Recording
from webapp.lessons.claims import Claim, judged, unless
from webapp.lessons.common import every_thread_ended
from webapp.lessons.goals import Goal
from webapp.lessons.headlines import Headline
from webapp.lessons.measures import Share, given, more, out_of, rounded, watched
from webapp.lessons.measures.printed.lines import (
    lines_that_fit,
    printed,
    printed_once_each,
    shared_out,
)
from webapp.lessons.measures.printed.numbers import at_most, largest, printed_number
from webapp.lessons.measures.printed.order import order_of, printed_after, printed_in_order
from webapp.lessons.measures.timing import took_about, took_at_least
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Float, Integer
from webapp.lessons.questions import Option, Question
from webapp.lessons.topic import Demo, Ideal, Pair, Topic
from webapp.lessons.values import Value, Values

READY = r"^(\S+): is ready$"
WORKS = r"^(\S+): works$"
GO = r"^main: go$"
SETS = r"^main: sets the event$"
IS_SET = "main: the event is set"
STOPS = r"^worker (\d+): stops after round \d+$"
LAST_ROUND = r"^worker \d+: stops after round (\d+)$"
ROUNDS = r"^(worker \d+): stops after round (\d+)$"
WAITS = r"^worker (\d+): waits$"
GOES_ON = r"^worker (\d+): goes on at signal \d$"
MISSED = r": goes on at signal 2$"
SIGNAL = r"^main: signal 1$"
BEAT = r"^heart: beat (\d+)$"
HEART_STOPS = r"^heart: stops$"
STOPPED_AFTER = r"^main: the heart stopped ([\d.]+) ms after set\(\)$"
# As in the programs: times are seconds.
PREPARATION = 0.5
LATER = 0.2
REST = 0.3

after_seconds = Float(name="after_seconds", default=0.5, minimum=0, maximum=2)

busy_ms = Integer(name="busy_ms", default=100, minimum=0, maximum=200)

gap_ms = Integer(name="gap_ms", default=0, minimum=0, maximum=100)

beats = Integer(name="beats", default=5, minimum=1, maximum=10)

interval_seconds = Float(name="interval_seconds", default=0.1, minimum=0.05, maximum=0.5, step=0.05)


def worker_count(default: int, maximum: int) -> Integer:
    return Integer(name="workers", default=default, minimum=1, maximum=maximum)


def workers(values: Values) -> range:
    return range(1, int(values["workers"]) + 1)


def all_and_the_latecomer(values: Values) -> list[str]:
    return [*(f"worker-{number}" for number in workers(values)), "latecomer"]


def until_set(values: Values) -> float:
    return float(values["after_seconds"])


def two_signals(values: Values) -> float:
    return (int(values["busy_ms"]) / 2 + int(values["gap_ms"])) / 1000 + REST


def interval(values: Values) -> float:
    return float(values["interval_seconds"])


def interval_ms(values: Values) -> float:
    return 1000 * interval(values)


def until_stopped(values: Values) -> float:
    return (int(values["beats"]) + 0.5) * interval(values)


def half_an_interval(values: Values) -> float:
    return interval(values) / 2


@watched
def latecomers_waits(recording: Recording, values: Values) -> int:
    """How often the latecomer had to wait."""
    return sum(wait.worker == "latecomer" for wait in recording.waits)


@watched
def most_rounds_afterwards(recording: Recording, values: Values) -> int | None:
    """How many rounds a worker began after main had said that the event is set, at most."""
    said = [line.time for line in recording.lines if line.text == IS_SET]
    if not said:
        return None
    begun = Counter(
        event.key for event in recording.events if event.kind is Kind.SLEPT and event.time > said[0]
    )
    return max(begun.values(), default=0)


def woken_at_once(recording: Recording, values: Values) -> Share:
    """Of those who waited before the first signal, how many went on at it."""
    waiting: list[str] = []
    for line in recording.lines:
        if re.search(SIGNAL, line.text):
            break
        waiting.append(line.worker)
    went_on = {line.worker for line in recording.lines if line.text.endswith("at signal 1")}
    return Share(sum(worker in went_on for worker in waiting), len(waiting))


did_not_wait = judged(latecomers_waits, lambda waits, values: waits == 0)
all_stopped = printed_once_each(STOPS, workers)
all_in_time = printed(MISSED, lambda values: 0)
all_too_late = printed(MISSED, lambda values: int(values["workers"]))
stopped_at_once = judged(
    printed_number(STOPPED_AFTER), lambda after, values: after < interval_ms(values) / 4
)
some_in_time = unless(all_in_time, all_too_late)
# Few enough workers to choose each step by hand, and nothing but the schedule decides who is late.
TWO_NEVER_BUSY: dict[str, Value] = {"workers": 2, "busy_ms": 0}

topic = Topic(
    level=2,
    demos=(
        Demo(
            slug="start-together",
            ideal=Ideal(lambda values: PREPARATION + LATER),
            outcome=DemoOutcome(order_of(WORKS)),
            beside=(
                Pair(
                    name="threads-or-processes",
                    other="synchronise-processes/event-starts-all",
                    values={"workers": 4},
                    other_values={"processes": 4},
                ),
            ),
            parameters=(worker_count(5, maximum=10),),
            questions=(
                Question(
                    "latecomer",
                    (
                        Option("waits", unless(did_not_wait), never=True),
                        Option("passes", did_not_wait),
                    ),
                ),
            ),
            claims=(
                Claim("nobody-before-go", printed_in_order(GO, WORKS)),
                Claim("everybody-worked", printed_once_each(WORKS, all_and_the_latecomer)),
                Claim("ready-before-working", printed_after(WORKS, READY)),
                Claim(
                    "latecomer-did-not-wait",
                    judged(latecomers_waits, lambda waits, values: waits == 0),
                ),
                every_thread_ended,
                Claim("took-preparation", took_about(lambda values: PREPARATION + LATER)),
            ),
        ),
        Demo(
            slug="stop-flag",
            ideal=Ideal(until_set),
            outcome=DemoOutcome(shared_out(ROUNDS)),
            headline=Headline({"last": largest(LAST_ROUND)}),
            parameters=(worker_count(3, maximum=5), after_seconds),
            questions=(
                Question(
                    "stops",
                    (
                        Option("one", unless(all_stopped), never=True),
                        Option("all", all_stopped),
                    ),
                ),
            ),
            claims=(
                Claim("every-worker-stopped", printed_once_each(STOPS, workers)),
                Claim("nobody-before-set", printed_in_order(SETS, STOPS)),
                Claim(
                    "one-more-round",
                    judged(most_rounds_afterwards, lambda most, values: most <= 1),
                ),
                every_thread_ended,
                Claim("took-after", took_about(until_set)),
            ),
        ),
        Demo(
            slug="lost-wake-up",
            ideal=Ideal(two_signals),
            outcome=DemoOutcome(lines_that_fit(MISSED)),
            headline=Headline(
                {
                    "missed": lines_that_fit(MISSED),
                    "all": given(lambda values: int(values["workers"])),
                }
            ),
            beside=(
                Pair(
                    name="cleared-at-once-or-later",
                    other="event/lost-wake-up",
                    values={"gap_ms": 0},
                    other_values={"gap_ms": 100},
                ),
            ),
            parameters=(worker_count(6, maximum=10), busy_ms, gap_ms),
            questions=(
                Question(
                    "missed",
                    (
                        Option("all", all_in_time, when={"gap_ms": 100}),
                        Option("some", some_in_time),
                        Option("none", all_too_late, rare=True),
                    ),
                ),
            ),
            trap=True,
            goal=Goal(
                "missed",
                some_in_time,
                values=TWO_NEVER_BUSY,
                starts=2,
                mended_values={**TWO_NEVER_BUSY, "gap_ms": 100},
            ),
            claims=(
                Claim(
                    "everybody-went-on",
                    printed_once_each(GOES_ON, workers),
                ),
                Claim("went-on-after-waiting", printed_after(GOES_ON, WAITS)),
                Claim("nobody-before-signal", printed_in_order(SIGNAL, GOES_ON)),
                every_thread_ended,
                Claim("took-two-signals", took_at_least(two_signals)),
            ),
            observations=(
                Claim(
                    "missed-of-all",
                    judged(
                        out_of(lines_that_fit(MISSED), lambda values: int(values["workers"])),
                        lambda missed, values: missed.part > 0,
                    ),
                ),
                Claim(
                    "woken-of-waiting",
                    judged(woken_at_once, lambda woken, values: woken.complete),
                ),
            ),
        ),
        Demo(
            slug="heartbeat",
            ideal=Ideal(until_stopped),
            outcome=DemoOutcome(printed_number(STOPPED_AFTER)),
            headline=Headline(
                {
                    "sooner": more(given(interval_ms), printed_number(STOPPED_AFTER)),
                    "late": rounded(printed_number(STOPPED_AFTER)),
                    "interval": given(interval_ms),
                }
            ),
            parameters=(beats, interval_seconds),
            questions=(
                Question(
                    "soon",
                    (
                        Option("at-once", stopped_at_once),
                        Option("next", unless(stopped_at_once), never=True),
                    ),
                ),
            ),
            claims=(
                Claim(
                    "so-many-beats",
                    printed_once_each(BEAT, lambda values: range(1, int(values["beats"]) + 1)),
                    margin=half_an_interval,
                ),
                Claim("no-beat-afterwards", printed_in_order(BEAT, HEART_STOPS)),
                Claim("within-one-interval", at_most(STOPPED_AFTER, interval_ms), margin=interval),
                every_thread_ended,
                Claim("took-intervals", took_about(until_stopped)),
            ),
        ),
    ),
)
