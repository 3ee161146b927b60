"""Topic 25: how much faster more workers make a program, and what keeps it below the ideal."""

from webapp.engine.machines import Needs
from webapp.engine.recording import Recording
from webapp.lessons.claims import Claim, Measured, judged, unless, where
from webapp.lessons.common.headlines import sped_up
from webapp.lessons.headlines import Headline
from webapp.lessons.measures import both, given, more
from webapp.lessons.measures.printed import matches
from webapp.lessons.measures.printed.numbers import below, printed_number
from webapp.lessons.measures.printed.order import printed_sequence
from webapp.lessons.measures.workers import every_worker_ended, ran_processes, started_workers
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Float, Integer
from webapp.lessons.primes import primes_in
from webapp.lessons.questions import Option, Question
from webapp.lessons.topic import Demo, Ideal, Pair, Topic
from webapp.lessons.values import Values

COUNT = r"^workers \d+: (\d+) primes"
TOOK = r"^workers \d+: .* took ([\d.]+) s$"
TOOK_ALONE = r"^workers 1: .* took ([\d.]+) s$"
POINT = r"^speed-up ([\d.]+), curve ([\d.]+)$"
CURVE = r"^speed-up [\d.]+, curve ([\d.]+)$"
SUM = r"^(?:serial|pool): sum (\d+), "
SERIAL_TOOK = r"^serial: .* took ([\d.]+) s$"
POOL_TOOK = r"^pool: .* took ([\d.]+) s$"

# As in the demos.
FIRST, NUMBERS, SHARE = 1_000_000, 24_000, 96_000
# What one number took to be tested for being prime, where this was written.
SECONDS_A_NUMBER = 2.5e-6
# By so much, of it, a measured point may differ from what it would be without other programs.
NOISE = 0.1
STAYS = 0.25

serial_percent = Integer(name="serial_percent", default=20, minimum=0, maximum=100, step=5)

amount = Integer(name="work", default=4, minimum=1, maximum=10)

task_ms = Float(name="task_ms", default=1, minimum=0, maximum=50, step=0.1)

task_count = Integer(name="tasks", default=50, minimum=1, maximum=200)

pool_size = Integer(name="workers", default=2, minimum=1, maximum=4)

scaling = Choice(name="scaling", default="strong", options=("strong", "weak"))


def workers(values: Values) -> int:
    return int(values["workers"])


def sizes(values: Values) -> range:
    """Return the sizes of the pools that the demo tries: 1, 2 and so on."""
    return range(1, workers(values) + 1)


def serial_share(values: Values) -> float:
    return int(values["serial_percent"]) / 100


def is_strong(values: Values) -> bool:
    return str(values["scaling"]) == "strong"


def is_weak(values: Values) -> bool:
    return not is_strong(values)


def several(values: Values) -> bool:
    return workers(values) > 1


def speed_up_by_law(share: float, size: int) -> float:
    """Return the speed-up by Amdahl's law: only the rest is divided, not the serial share."""
    return 1 / (share + (1 - share) / size)


def curve(values: Values) -> list[str]:
    return [f"{speed_up_by_law(serial_share(values), size):.2f}" for size in sizes(values)]


def amdahl_seconds(values: Values) -> float:
    alone = int(values["work"]) * NUMBERS * SECONDS_A_NUMBER
    return sum(alone / speed_up_by_law(serial_share(values), size) for size in sizes(values))


def overhead_seconds(values: Values) -> float:
    serial = int(values["tasks"]) * float(values["task_ms"]) / 1000
    return serial * (1 + 1 / workers(values))


def scaling_seconds(values: Values) -> float:
    alone = SHARE * SECONDS_A_NUMBER
    return sum(alone / size if is_strong(values) else alone for size in sizes(values))


def same_count(values: Values) -> list[int]:
    return [primes_in(FIRST, FIRST + int(values["work"]) * NUMBERS)] * workers(values)


def counts(values: Values) -> list[int]:
    grown = [1 if is_strong(values) else size for size in sizes(values)]
    return [primes_in(FIRST, FIRST + times * SHARE) for times in grown]


def same_sums(values: Values) -> list[int]:
    return [sum(n * n for n in range(1, int(values["tasks"]) + 1))] * 2


def below_the_curve(recording: Recording, values: Values) -> Measured:
    """Check that no measured speed-up is above the curve by more than noise."""
    points = [(float(p.group(1)), float(p.group(2))) for p in matches(recording, POINT)]
    right = all(measured <= law * (1 + NOISE) for measured, law in points)
    return Measured(right, ", ".join(f"{measured:g} / {law:g}" for measured, law in points))


def time_stayed(recording: Recording, values: Values) -> Measured:
    """Check that all workers took at most a quarter longer than one worker."""
    alone = printed_number(TOOK_ALONE)(recording, values)
    together = printed_number(TOOK)(recording, values)
    if alone is None or together is None:
        return Measured(None)
    return Measured(together <= alone * (1 + STAYS), f"{together:.3f} s / {alone:.3f} s")


all_pools = Claim("all-pools", started_workers(lambda values: sum(sizes(values))))
all_ended = Claim("all-ended", every_worker_ended())

# A measured speed-up counts as the ideal from this share of it on.
NEARLY = 0.93
# Times within this share of each other count as the same.
ALIKE = 0.75

as_many_times = judged(
    printed_number(r"^speed-up ([\d.]+), "),
    lambda found, values: found >= NEARLY * workers(values),
)
pool_won = below(POOL_TOOK, SERIAL_TOOK)
times = both(printed_number(TOOK), printed_number(TOOK_ALONE))
time_fell = judged(times, lambda took, values: took[0] < ALIKE * took[1])
time_rose = judged(times, lambda took, values: took[1] < ALIKE * took[0])


MEASURED = r"^speed-up ([\d.]+), "
SPEED_UP = r"^speed-up: ([\d.]+), "

topic = Topic(
    level=3,
    picture="fixed-or-growing-work",
    demos=(
        Demo(
            slug="amdahl",
            needs=Needs(cores=2),
            ideal=Ideal(amdahl_seconds),
            outcome=DemoOutcome(printed_number(r"^speed-up ([\d.]+), ")),
            headline=Headline(
                {
                    "gain": more(printed_number(MEASURED), given(lambda values: 1)),
                    "times": printed_number(MEASURED),
                    "law": printed_number(CURVE),
                }
            ),
            parameters=(serial_percent, pool_size, amount),
            beside=(
                Pair(
                    name="all-or-half",
                    other="speed-up/amdahl",
                    values={"serial_percent": 0},
                    other_values={"serial_percent": 50},
                ),
            ),
            questions=(
                Question(
                    "speed-up",
                    (
                        Option("workers", as_many_times, when={"workers": 1}),
                        Option("fewer", unless(as_many_times)),
                    ),
                ),
            ),
            claims=(
                Claim("same-count", printed_sequence(COUNT, same_count)),
                Claim("curve-by-law", printed_sequence(CURVE, curve)),
                all_pools,
                Claim("own-processes", ran_processes(lambda values: sum(sizes(values)) + 1)),
                all_ended,
            ),
            observations=(Claim("below-the-curve", below_the_curve),),
        ),
        Demo(
            slug="overhead",
            needs=Needs(cores=2),
            ideal=Ideal(overhead_seconds),
            outcome=DemoOutcome(printed_number(r"^speed-up: ([\d.]+), ")),
            headline=sped_up(SPEED_UP, given(workers)),
            parameters=(task_ms, task_count, pool_size),
            beside=(
                Pair(
                    name="small-or-large",
                    other="speed-up/overhead",
                    values={"task_ms": 0.1},
                    other_values={"task_ms": 10.0},
                ),
            ),
            questions=(
                Question(
                    "pays",
                    (
                        Option("yes", pool_won, when={"task_ms": 10.0}),
                        Option("no", unless(pool_won), when={"task_ms": 0.0}),
                    ),
                    varies=True,
                ),
            ),
            claims=(
                Claim("same-sums", printed_sequence(SUM, same_sums)),
                Claim("all-workers", started_workers(workers)),
                all_ended,
            ),
            observations=(Claim("pool-quicker", below(POOL_TOOK, SERIAL_TOOK)),),
        ),
        Demo(
            slug="fixed-or-growing-work",
            needs=Needs(cores=2),
            ideal=Ideal(scaling_seconds),
            outcome=DemoOutcome(printed_number(r"^\d+ numbers, efficiency ([\d.]+)$")),
            parameters=(pool_size, scaling),
            beside=(
                Pair(
                    name="strong-or-weak",
                    other="speed-up/fixed-or-growing-work",
                    values={"scaling": "strong"},
                    other_values={"scaling": "weak"},
                ),
            ),
            questions=(
                Question(
                    "time",
                    (
                        Option("less", time_fell),
                        Option("same", unless(time_fell, time_rose), when={"scaling": "weak"}),
                        Option("more", time_rose, rare=True),
                    ),
                ),
            ),
            claims=(
                Claim("counts-right", printed_sequence(COUNT, counts)),
                all_pools,
                all_ended,
            ),
            observations=(
                Claim(
                    "time-fell",
                    where(
                        lambda values: is_strong(values) and several(values),
                        below(TOOK, TOOK_ALONE),
                    ),
                ),
                Claim("time-stayed", where(is_weak, time_stayed)),
            ),
        ),
    ),
)
