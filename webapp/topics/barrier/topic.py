"""Topic 7: a barrier, at which threads wait for each other, and how it breaks."""

import re

from webapp.engine.recording import Recording
from webapp.lessons.claims import Claim, unless
from webapp.lessons.headlines import Headline
from webapp.lessons.measures import given
from webapp.lessons.measures.printed.lines import (
    lines_that_fit,
    never_printed,
    printed,
    printed_once_each,
)
from webapp.lessons.measures.printed.numbers import printed_ascending
from webapp.lessons.measures.printed.order import (
    lines_before_the_last,
    order_of,
    printed_after,
    printed_in_order,
    printers_of,
)
from webapp.lessons.measures.timing import took_about
from webapp.lessons.measures.waiting import (
    line_of_longest_wait,
    nobody_passed_before_the_last_arrived,
    nobody_waited,
)
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Float, Integer
from webapp.lessons.questions import Option, Question, at
from webapp.lessons.topic import Demo, Ideal, Pair, Topic
from webapp.lessons.values import Values

NAMES = ("Dewey", "Huey", "Louie", "Daisy", "Donald", "Scrooge")
START = r"^START RACE!!!!$"
REACHED = r"^(\w+) reached the \w+ at: "
LEFT = r"^(\w+) left the \w+ at: "
OVER = r"^Race over!$"
BROKEN = r"^(\w+) got BrokenBarrierError after "
SLOWEST_OF_A_LAP = 0.2

racers = Integer(name="racers", default=3, minimum=2, maximum=6)

slowest_seconds = Float(name="slowest_seconds", default=1.0, minimum=0, maximum=3)

laps = Integer(name="laps", default=3, minimum=1, maximum=5)

timeout_seconds = Float(name="timeout_seconds", default=0.5, minimum=0.1, maximum=2)

racing = (racers, slowest_seconds)


def parties(values: Values) -> int:
    return int(values["racers"])


def names(values: Values) -> tuple[str, ...]:
    return NAMES[: parties(values)]


def slowest(values: Values) -> float:
    return float(values["slowest_seconds"])


def lap_count(values: Values) -> int:
    return int(values["laps"])


def slowest_of_each_lap(values: Values) -> float:
    return lap_count(values) * SLOWEST_OF_A_LAP


def timeout(values: Values) -> float:
    return float(values["timeout_seconds"])


all_reached = Claim("all-reached", printed_once_each(REACHED, names))
all_left = Claim("all-left", printed_once_each(LEFT, names))
race_around_all = Claim("race-around-all", printed_in_order(START, f"{REACHED}|{LEFT}", OVER))
barrier_kept = Claim("barrier-kept", nobody_passed_before_the_last_arrived("barrier", parties))
took_the_slowest = Claim("took-the-slowest", took_about(slowest))

all_broken = printed_once_each(BROKEN, lambda values: names(values)[:-1])
went_on = printed(r" goes on$", lambda values: parties(values) - 1)


def longest_wait(recording: Recording, values: Values) -> float | None:
    """Measure the seconds from the first racer's arrival to the last one's."""
    times = [line.time for line in recording.lines if re.search(REACHED, line.text)]
    return round((max(times) - min(times)) / 1_000_000, 2) if times else None


topic = Topic(
    level=2,
    picture="laps",
    demos=(
        Demo(
            slug="race",
            ideal=Ideal(slowest),
            outcome=DemoOutcome(order_of(LEFT)),
            headline=Headline({"waited": longest_wait, "all": given(parties)}),
            beside=(Pair(name="barrier-or-join", other="barrier/join-is-not-a-barrier"),),
            parameters=racing,
            as_in_report={"slowest_seconds": 3.0},
            questions=(
                Question(
                    "leaves",
                    (
                        Option("at-once", unless(printed_in_order(REACHED, LEFT)), never=True),
                        Option("last", printed_in_order(REACHED, LEFT)),
                    ),
                ),
            ),
            lines=(
                Question(
                    "wait",
                    (
                        at("sleeps", "time.sleep(seconds)", never=True),
                        at("barrier", "barrier.wait()"),
                        at("joins", "thread.join()", never=True),
                    ),
                    line=line_of_longest_wait(r"^(?!MainThread)"),
                ),
            ),
            claims=(
                all_reached,
                all_left,
                barrier_kept,
                Claim("reached-before-left", printed_in_order(REACHED, LEFT)),
                race_around_all,
                took_the_slowest,
            ),
        ),
        Demo(
            slug="join-is-not-a-barrier",
            ideal=Ideal(slowest),
            outcome=DemoOutcome(lines_before_the_last(LEFT, REACHED)),
            headline=Headline(
                {"early": lines_before_the_last(LEFT, REACHED), "all": given(parties)}
            ),
            parameters=racing,
            questions=(
                Question(
                    "leaves",
                    (
                        Option("at-once", unless(printed_in_order(REACHED, LEFT))),
                        Option("last", printed_in_order(REACHED, LEFT), rare=True),
                    ),
                    see="barrier/race",
                ),
            ),
            claims=(
                all_reached,
                Claim("left-after-reached", printed_after(LEFT, REACHED)),
                Claim("nobody-waited", nobody_waited()),
                race_around_all,
                took_the_slowest,
            ),
            observations=(Claim("reached-before-left", printed_in_order(REACHED, LEFT)),),
        ),
        Demo(
            slug="laps",
            ideal=Ideal(slowest_of_each_lap),
            outcome=DemoOutcome(printers_of(r"^all are here$")),
            parameters=(racers, laps),
            questions=(
                Question(
                    "action",
                    (
                        Option("lap", printed(r"^all are here$", lap_count)),
                        Option(
                            "racer",
                            printed(
                                r"^all are here$",
                                lambda values: lap_count(values) * parties(values),
                            ),
                            never=True,
                        ),
                    ),
                ),
            ),
            claims=(
                Claim("laps-in-order", printed_ascending(r" lap (\d+)$")),
                barrier_kept,
                Claim("action-once-a-lap", printed(r"^all are here$", lap_count)),
                Claim("took-laps", took_about(slowest_of_each_lap)),
            ),
        ),
        Demo(
            slug="broken-barrier",
            ideal=Ideal(timeout),
            outcome=DemoOutcome(order_of(BROKEN)),
            headline=Headline({"broken": lines_that_fit(BROKEN), "all": given(parties)}),
            parameters=(racers, timeout_seconds),
            questions=(
                Question(
                    "waiting",
                    (
                        Option("on", went_on, never=True),
                        Option("first", unless(all_broken, went_on), never=True),
                        Option("all", all_broken),
                    ),
                ),
            ),
            claims=(
                Claim(
                    "broken-for-each", printed_once_each(BROKEN, lambda values: names(values)[:-1])
                ),
                Claim("nobody-passed", never_printed(r" goes on$")),
                Claim("broken-afterwards", printed(r"^broken: True$")),
                Claim("took-timeout", took_about(timeout)),
            ),
        ),
    ),
)
