"""Topic 16: the global interpreter lock: what takes turns under it, and what does not."""

from webapp.engine.machines import Needs
from webapp.engine.recording import Recording
from webapp.lessons.claims import Check, Claim, Measured, judged, unless, where
from webapp.lessons.common import a_pid_each, every_child_ended, every_thread_ended, start_method
from webapp.lessons.common.headlines import sped_up
from webapp.lessons.headlines import Headline
from webapp.lessons.measures import both, given, more, rounded
from webapp.lessons.measures.printed.lines import (
    printed,
    printed_alike,
    printed_distinct,
    printed_once_each,
    printed_word,
)
from webapp.lessons.measures.printed.numbers import (
    at_most,
    below,
    equals,
    least,
    printed_number,
    smallest,
)
from webapp.lessons.measures.printed.order import printed_sequence
from webapp.lessons.measures.timing import took_about
from webapp.lessons.measures.waiting import slept_together
from webapp.lessons.measures.workers import ran_in_one_process, started_workers
from webapp.lessons.misconceptions import Misconception
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Float, Integer
from webapp.lessons.primes import primes_in
from webapp.lessons.questions import Option, Question
from webapp.lessons.topic import Demo, Ideal, Pair, Topic
from webapp.lessons.values import Values

COUNT = r"^(?:serial|threads|processes): (\d+) primes"
SERIAL_TOOK = r"^serial: .*took ([\d.]+) s"
PARALLEL_TOOK = r"^(?:threads|processes): .*took ([\d.]+) s"
PROCESSOR_TIME = r"^all threads together used ([\d.]+) s"
CORES = r"^cores in use: ([\d.]+)$"
SPEED_UP = r"^speed-up: ([\d.]+), "
IDEAL_SPEED_UP = r"^speed-up: .*: (\d+)$"
GIL = r"^GIL: (on|off)$"
MOVED = r"^sleeper \d+: the counter moved by (\d+)$"
DIGESTS = r"^(?:serial|threads): took [\d.]+ s, (.*)$"
LATENESS = r"^median lateness: ([\d.]+) ms$"
SET = r"^interval set: ([\d.]+) ms$"
BEFORE = r"^interval before: ([\d.]+) ms$"
AFTER = r"^interval after: ([\d.]+) ms$"
WAY = r"^(serial|threads, GIL on|threads, GIL off|processes|interpreters): "
THREADS_TOOK = r"^threads, .*took ([\d.]+) s$"
PROCESSES_TOOK = r"^processes: .*took ([\d.]+) s$"
WAY_COUNT = r"^[^:]+: (\d+) primes, took"

# As in the demos.
FIRST, NUMBERS = 1_000_000, 24_000
WAYS = ("serial", "threads, GIL on", "threads, GIL off", "processes", "interpreters")
WAKES, PERIOD = 20, 0.01
# What one number took to be tested, and one megabyte to be hashed, where this was written.
SECONDS_A_NUMBER = 2.5e-6
SECONDS_A_MEGABYTE = 0.7e-3
# Threads that wait for the GIL wake now and then to ask for it: that takes processor time, too.
ASKING, ROUNDING = 0.1, 0.02

work = Integer(name="work", default=3, minimum=1, maximum=10)

worker_count = Integer(name="workers", default=2, minimum=1, maximum=4)

sleepers = Integer(name="sleepers", default=5, minimum=1, maximum=20)

sleep_seconds = Float(name="sleep_seconds", default=0.5, minimum=0, maximum=2)

megabytes = Integer(name="megabytes", default=32, minimum=1, maximum=64)

interval_ms = Float(name="interval_ms", default=5, minimum=0.5, maximum=100, step=0.5)

busy_threads = Integer(name="busy_threads", default=2, minimum=1, maximum=4)


def workers(values: Values) -> int:
    return int(values["workers"])


def primes(values: Values) -> int:
    return primes_in(FIRST, FIRST + int(values["work"]) * NUMBERS)


def serial_seconds(values: Values) -> float:
    return int(values["work"]) * NUMBERS * SECONDS_A_NUMBER


def serial_and_divided(values: Values) -> float:
    return serial_seconds(values) * (1 + 1 / workers(values))


def hashing_seconds(values: Values) -> float:
    # Once serially; then each thread has one buffer.
    return int(values["megabytes"]) * SECONDS_A_MEGABYTE * (workers(values) + 1)


def one_sleep(values: Values) -> float:
    return float(values["sleep_seconds"])


def sleeps(values: Values) -> bool:
    return one_sleep(values) > 0


def no_more_than_the_gil_gives(recording: Recording, values: Values) -> Measured:
    """Check that all threads together used one core at most; without a GIL, one core each."""
    figures = both(printed_number(PROCESSOR_TIME), printed_number(PARALLEL_TOOK))
    found = both(figures, printed_word(GIL))(recording, values)
    if found is None:
        return Measured(False)
    (cpu, took), gil = found
    cores = 1 if gil == "on" else workers(values)
    return Measured(cpu <= cores * took * (1 + ASKING) + ROUNDING, f"{cpu:.3f} s / {took:.3f} s")


def primes_right(pattern: str, lines: int) -> Claim:
    """Return the claim that so many lines print the number of primes, each the right one."""
    return Claim("primes-right", printed_sequence(pattern, lambda values: [primes(values)] * lines))


speed_up = Claim("speed-up", at_most(SPEED_UP, IDEAL_SPEED_UP))
parallel_quicker = Claim("parallel-quicker", below(PARALLEL_TOOK, SERIAL_TOOK))

# A speed-up from which on two ways differ by more than other programs' doings.
CLEARLY = 1.3

quicker = judged(printed_number(SPEED_UP), lambda found, values: found >= CLEARLY)
slower = judged(printed_number(SPEED_UP), lambda found, values: found <= 1 / CLEARLY)
stood_still = judged(smallest(MOVED), lambda moved, values: moved == 0)
late_by_the_interval = at_most(SET, LATENESS)
quickest_way = least(r"^([^:]+): \d+ primes, took ([\d.]+) s$")


def quickest(*beginnings: str) -> Check:
    return judged(quickest_way, lambda way, values: way.startswith(beginnings))


ANY_TOOK = r": \d+ primes, took ([\d.]+) s$"
COUNTED = r"^counted to (\d+)$"

topic = Topic(
    level=2,
    picture="one-job-five-ways",
    demos=(
        Demo(
            slug="threads-that-compute",
            ideal=Ideal(serial_and_divided),
            outcome=DemoOutcome(printed_number(CORES), name="cores"),
            headline=Headline(
                {
                    "short": more(printed_number(IDEAL_SPEED_UP), printed_number(SPEED_UP)),
                    "times": printed_number(SPEED_UP),
                    "hoped": printed_number(IDEAL_SPEED_UP),
                }
            ),
            parameters=(worker_count, work),
            questions=(
                Question(
                    "speed-up",
                    (
                        Option("quicker", quicker, Misconception.THREADS_SPEED_UP, rare=True),
                        Option("same", unless(quicker, slower)),
                        Option("slower", slower, rare=True),
                    ),
                    see="the-gil/processes-that-compute",
                ),
            ),
            trap=True,
            beside=(Pair(name="threads-or-processes", other="the-gil/processes-that-compute"),),
            claims=(
                primes_right(COUNT, 2),
                Claim("one-core-under-the-gil", no_more_than_the_gil_gives),
                Claim("one-process", ran_in_one_process()),
                Claim("all-workers", started_workers(workers)),
                every_thread_ended,
            ),
            observations=(parallel_quicker, speed_up),
        ),
        Demo(
            slug="processes-that-compute",
            needs=Needs(cores=2),
            ideal=Ideal(serial_and_divided),
            outcome=DemoOutcome(printed_number(CORES), name="cores"),
            headline=sped_up(SPEED_UP, printed_number(IDEAL_SPEED_UP)),
            parameters=(worker_count, work, start_method),
            questions=(
                Question(
                    "speed-up",
                    (
                        Option("quicker", quicker),
                        Option("same", unless(quicker, slower), when={"workers": 1}),
                        Option("slower", slower, when={"work": 1, "start_method": "spawn"}),
                    ),
                ),
            ),
            claims=(
                primes_right(COUNT, 2),
                Claim("own-pids", printed_distinct(r"^process (\d+): \d+ primes$")),
                a_pid_each(workers),
                every_child_ended,
            ),
            observations=(parallel_quicker, speed_up),
        ),
        Demo(
            slug="sleep-releases-it",
            ideal=Ideal(one_sleep),
            outcome=DemoOutcome(printed_number(r"^counted to (\d+)$")),
            headline=Headline(
                {
                    "counted": printed_number(COUNTED),
                    "sleepers": given(lambda values: int(values["sleepers"])),
                }
            ),
            parameters=(sleepers, sleep_seconds),
            questions=(
                Question(
                    "counter",
                    (
                        Option("moves", unless(stood_still)),
                        Option(
                            "stands",
                            stood_still,
                            Misconception.SLEEP_HOLDS_GIL,
                            when={"sleep_seconds": 0.0},
                        ),
                    ),
                ),
            ),
            claims=(
                Claim("every-sleeper", printed(MOVED, lambda values: int(values["sleepers"]))),
                Claim(
                    "slept-together",
                    where(sleeps, slept_together(lambda values: int(values["sleepers"]))),
                    margin=one_sleep,
                ),
                Claim(
                    "moved-during-each",
                    where(
                        sleeps,
                        judged(smallest(MOVED), lambda moved, values: moved > 0, untold=False),
                    ),
                    margin=one_sleep,
                ),
                every_thread_ended,
                Claim("took-one-sleep", took_about(one_sleep)),
            ),
        ),
        Demo(
            slug="c-code-releases-it",
            needs=Needs(cores=2),
            ideal=Ideal(hashing_seconds),
            outcome=DemoOutcome(printed_number(SPEED_UP)),
            headline=sped_up(SPEED_UP, printed_number(IDEAL_SPEED_UP)),
            parameters=(worker_count, megabytes),
            questions=(
                Question(
                    "speed-up",
                    (
                        Option("quicker", quicker),
                        Option("same", unless(quicker, slower), when={"workers": 1}),
                        Option("slower", slower, rare=True),
                    ),
                ),
            ),
            claims=(
                Claim("same-digests", printed_alike(DIGESTS)),
                Claim("both-ways", printed(DIGESTS, lambda values: 2)),
                Claim("one-process", ran_in_one_process()),
                Claim("all-workers", started_workers(workers)),
                every_thread_ended,
            ),
            observations=(parallel_quicker, speed_up),
        ),
        Demo(
            slug="switch-interval",
            ideal=Ideal(lambda values: WAKES * PERIOD),
            outcome=DemoOutcome(printed_number(LATENESS)),
            headline=Headline({"late": rounded(printed_number(LATENESS))}),
            parameters=(interval_ms, busy_threads),
            beside=(
                Pair(
                    name="short-or-long",
                    other="the-gil/switch-interval",
                    values={"interval_ms": 0.5},
                    other_values={"interval_ms": 50.0},
                ),
            ),
            questions=(
                Question(
                    "late",
                    (
                        Option("at-once", unless(late_by_the_interval), rare=True),
                        Option("interval", late_by_the_interval),
                    ),
                ),
            ),
            claims=(
                Claim("interval-set", equals(SET, lambda values: float(values["interval_ms"]))),
                Claim("woke-each-time", equals(r"^woke (\d+) times$", lambda values: WAKES)),
                Claim("interval-restored", equals(AFTER, BEFORE)),
                every_thread_ended,
            ),
            observations=(Claim("late-by-the-interval", at_most(SET, LATENESS)),),
        ),
        Demo(
            slug="one-job-five-ways",
            fuller={
                "interpreters": Needs(cores=2, python="3.14"),
                "no-gil": Needs(cores=2, free_threaded=True),
            },
            ideal=Ideal(lambda values: serial_seconds(values) * (1 + 2 / workers(values))),
            outcome=DemoOutcome(least(r"^([^:]+): \d+ primes, took ([\d.]+) s$")),
            headline=Headline(
                {
                    "gain": more(printed_number(SERIAL_TOOK), smallest(ANY_TOOK)),
                    "way": quickest_way,
                    "took": rounded(smallest(ANY_TOOK)),
                    "serial": rounded(printed_number(SERIAL_TOOK)),
                }
            ),
            parameters=(work, worker_count),
            questions=(
                Question(
                    "quickest",
                    (
                        Option("serial", quickest("serial"), rare=True),
                        Option(
                            "threads",
                            quickest("threads"),
                            Misconception.THREADS_SPEED_UP,
                            rare=True,
                        ),
                        Option("own-gil", quickest("processes", "interpreters")),
                    ),
                    see="the-gil/threads-that-compute",
                ),
            ),
            claims=(
                Claim("ways-agree", printed_alike(WAY_COUNT)),
                Claim("ways-right", equals(WAY_COUNT, primes)),
                Claim("five-ways-named", printed_once_each(WAY, lambda values: WAYS)),
            ),
            observations=(Claim("processes-quicker", below(PROCESSES_TOOK, THREADS_TOOK)),),
        ),
    ),
)
