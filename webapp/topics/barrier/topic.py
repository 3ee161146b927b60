"""Topic 7: a place where threads wait for one another, and how it breaks."""

from webapp.lessons.claims import Claim
from webapp.lessons.measures import Values
from webapp.lessons.measures.printed.lines import never_printed, printed, printed_once_each
from webapp.lessons.measures.printed.numbers import printed_ascending
from webapp.lessons.measures.printed.order import (
    lines_before_the_last,
    order_of,
    printed_after,
    printed_in_order,
    printers_of,
)
from webapp.lessons.measures.timing import took_about
from webapp.lessons.measures.waiting import nobody_passed_before_the_last_arrived, nobody_waited
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Float, Integer
from webapp.lessons.text import Text
from webapp.lessons.topic import Demo, Ideal, Pair, Topic

NAMES = ("Dewey", "Huey", "Louie", "Daisy", "Donald", "Scrooge")
START = r"^START RACE!!!!$"
REACHED = r"^(\w+) reached the \w+ at: "
LEFT = r"^(\w+) left the \w+ at: "
OVER = r"^Race over!$"
BROKEN = r"^(\w+) got BrokenBarrierError after "
SLOWEST_OF_A_LAP = 0.2

racers = Integer(
    name="racers",
    label=Text("Racers", "تعداد دونده‌ها"),
    help=Text("How many threads run.", "چند نخ می‌دوند."),
    default=3,
    minimum=2,
    maximum=6,
)

slowest_seconds = Float(
    name="slowest_seconds",
    label=Text("Slowest racer in seconds", "زمان کندترین دونده (ثانیه)"),
    help=Text(
        "How long the slowest racer runs. The others' times are spread evenly below it; who gets "
        "which is drawn by lot.",
        "کندترین دونده چند ثانیه می‌دود. زمان بقیه با فاصله‌های برابر کمتر از آن است و سهم هر دونده با "
        "قرعه معین می‌شود.",
    ),
    default=1.0,
    minimum=0,
    maximum=3,
)

laps = Integer(
    name="laps",
    label=Text("Laps", "تعداد دورها"),
    help=Text("How often the barrier is used.", "مانع چند بار به کار می‌رود."),
    default=3,
    minimum=1,
    maximum=5,
)

timeout_seconds = Float(
    name="timeout_seconds",
    label=Text("Timeout in seconds", "مهلت (ثانیه)"),
    help=Text(
        "How long a racer waits at the barrier for the others, at most.",
        "هر دونده حداکثر چند ثانیه پشت مانع منتظر دیگران می‌ماند.",
    ),
    default=0.5,
    minimum=0.1,
    maximum=2,
)

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


all_reached = Claim(
    Text("every racer got there exactly once", "هر دونده درست یک بار رسید"),
    printed_once_each(REACHED, names),
)
all_left = Claim(
    Text("every racer left exactly once", "هر دونده درست یک بار رفت"),
    printed_once_each(LEFT, names),
)
race_around_all = Claim(
    Text(
        "the race began before and was over after all that the racers did",
        "شروع مسابقه پیش از همهٔ کارهای دونده‌ها و پایانش پس از همهٔ آن‌ها بود",
    ),
    printed_in_order(START, f"{REACHED}|{LEFT}", OVER),
)
barrier_kept = Claim(
    Text(
        "nobody passed the barrier before the last one had arrived at it",
        "تا آخرین دونده به مانع نرسید، هیچ‌کس از آن نگذشت",
    ),
    nobody_passed_before_the_last_arrived("barrier", parties),
)
took_the_slowest = Claim(
    Text(
        "the run took about as long as the slowest racer",
        "زمان اجرا حدود زمان کندترین دونده بود",
    ),
    took_about(slowest),
)

topic = Topic(
    title=Text("Thread synchronization with a barrier", "همگام‌سازی نخ‌ها با مانع"),
    summary=Text(
        "A meeting point: nobody goes on before all have come; and what happens if one never does.",
        "یک محل قرار: تا همه نرسند هیچ‌کس پیش نمی‌رود؛ و اینکه اگر یکی هرگز نیاید چه می‌شود.",
    ),
    chapter="threads",
    order=7,
    demos=(
        Demo(
            slug="race",
            title=Text("A race to the barrier", "مسابقه تا مانع"),
            watch=Text(
                "The racers reach the barrier one by one. Expect every line of reaching before the "
                "first line of leaving, and then all to leave at once.",
                "دونده‌ها یکی‌یکی به مانع می‌رسند. همهٔ خط‌های رسیدن (reached) پیش از اولین خط رفتن (left) "
                "می‌آیند و بعد همه با هم می‌روند.",
            ),
            ideal=Ideal(
                slowest,
                Text(
                    "The slowest racer's time: the others wait for it at the barrier.",
                    "زمان کندترین دونده: بقیه پشت مانع منتظر او می‌مانند.",
                ),
            ),
            outcome=DemoOutcome(
                Text("order of leaving the barrier", "ترتیب رفتن از مانع"), order_of(LEFT)
            ),
            beside=(
                Pair(
                    title=Text("A barrier, or only join", "مانع یا فقط join"),
                    other="barrier/join-is-not-a-barrier",
                    look=Text(
                        "The whole takes as long in both, for the slowest racer decides. But at "
                        "the barrier the quick ones wait until all are there; join makes only the "
                        "main thread wait, and each racer goes on alone.",
                        "کل کار در هر دو به یک اندازه طول می‌کشد، چون کندترین دونده تعیینش "
                        "می‌کند. ولی پشت مانع، تندروها منتظر می‌مانند تا همه برسند؛ join فقط نخ "
                        "اصلی را منتظر نگه می‌دارد و هر دونده تنها پیش می‌رود.",
                    ),
                ),
            ),
            parameters=racing,
            as_in_report={"slowest_seconds": 3.0},
            claims=(
                all_reached,
                all_left,
                barrier_kept,
                Claim(
                    Text(
                        "all lines of reaching came before all lines of leaving",
                        "همهٔ خط‌های رسیدن پیش از همهٔ خط‌های رفتن آمدند",
                    ),
                    printed_in_order(REACHED, LEFT),
                ),
                race_around_all,
                took_the_slowest,
            ),
        ),
        Demo(
            slug="join-is-not-a-barrier",
            title=Text("join() is not a barrier", "join مانع نیست"),
            watch=Text(
                "The same race; only the wait is gone. The main thread still joins everyone, but "
                "expect each racer to leave as soon as it gets there.",
                "همان مسابقه، فقط بدون wait. نخ اصلی باز هم منتظر پایان همه می‌ماند، ولی هر دونده به محض "
                "رسیدن می‌رود.",
            ),
            ideal=Ideal(
                slowest,
                Text(
                    "The slowest racer's time, as with the barrier: the main thread waits for all. "
                    "Only the racers' own waiting is gone.",
                    "زمان کندترین دونده، مانند حالت با مانع: نخ اصلی منتظر همه می‌ماند. فقط انتظار خود "
                    "دونده‌ها حذف شده است.",
                ),
            ),
            outcome=DemoOutcome(
                Text(
                    "racers who left before the last one got there",
                    "تعداد دونده‌هایی که پیش از رسیدن آخری رفتند",
                ),
                lines_before_the_last(LEFT, REACHED),
            ),
            parameters=racing,
            claims=(
                all_reached,
                Claim(
                    Text("each racer left after it got there", "هر دونده پس از رسیدن رفت"),
                    printed_after(LEFT, REACHED),
                ),
                Claim(
                    Text("no racer waited for another", "هیچ دونده‌ای منتظر دیگری نماند"),
                    nobody_waited(),
                ),
                race_around_all,
                took_the_slowest,
            ),
            observations=(
                Claim(
                    Text(
                        "all had got there before the first one left",
                        "پیش از رفتن اولین دونده همه رسیده بودند",
                    ),
                    printed_in_order(REACHED, LEFT),
                ),
            ),
        ),
        Demo(
            slug="laps",
            title=Text("A barrier for every lap", "مانع در پایان هر دور"),
            watch=Text(
                "The same barrier is used again after each lap. Expect the lap numbers never to go "
                "down, and one line “all are here” between two laps.",
                "همان یک مانع در پایان هر دور دوباره به کار می‌رود. شمارهٔ دورها هرگز پایین نمی‌آید و میان "
                "دو دور یک خط all are here هست.",
            ),
            ideal=Ideal(
                slowest_of_each_lap,
                Text(
                    "Laps × 0.2 s: in each lap the slowest racer takes 0.2 s and all others wait "
                    "for it.",
                    "تعداد دورها × ۰٫۲ ثانیه: کندترین دوندهٔ هر دور ۰٫۲ ثانیه می‌دود و بقیه منتظرش "
                    "می‌مانند.",
                ),
            ),
            outcome=DemoOutcome(
                Text("who arrived last in each lap", "آخرین نفر هر دور"),
                printers_of(r"^all are here$"),
            ),
            parameters=(racers, laps),
            claims=(
                Claim(
                    Text(
                        "nobody began a lap before all had finished the one before",
                        "تا همه دوری را تمام نکردند، هیچ‌کس دور بعد را شروع نکرد",
                    ),
                    printed_ascending(r" lap (\d+)$"),
                ),
                barrier_kept,
                Claim(
                    Text(
                        "the barrier's action ran once in each lap",
                        "کنش مانع (action) در هر دور یک بار اجرا شد",
                    ),
                    printed(r"^all are here$", lap_count),
                ),
                Claim(
                    Text(
                        "the run took about laps × 0.2 s",
                        "زمان اجرا حدود «تعداد دورها × ۰٫۲ ثانیه» بود",
                    ),
                    took_about(slowest_of_each_lap),
                ),
            ),
        ),
        Demo(
            slug="broken-barrier",
            title=Text("A broken barrier", "مانع شکسته"),
            watch=Text(
                "The last racer never comes. The first timeout to pass breaks the barrier: expect "
                "every waiting racer to get BrokenBarrierError at the same moment.",
                "آخرین دونده هرگز نمی‌آید. با تمام شدن اولین مهلت، مانع می‌شکند و همهٔ دونده‌های منتظر در یک "
                "لحظه BrokenBarrierError می‌گیرند.",
            ),
            ideal=Ideal(
                timeout,
                Text(
                    "One timeout, that of the first to arrive: it breaks the barrier, and all waits end with it.",
                    "به اندازهٔ یک مهلت، مهلت اولین نفر: پایانش مانع را می‌شکند و انتظار همه با آن تمام می‌شود.",
                ),
            ),
            outcome=DemoOutcome(
                Text("order in which the racers got the error", "ترتیب رسیدن خطا به دونده‌ها"),
                order_of(BROKEN),
            ),
            parameters=(racers, timeout_seconds),
            claims=(
                Claim(
                    Text(
                        "every waiting racer got BrokenBarrierError",
                        "همهٔ دونده‌های منتظر BrokenBarrierError گرفتند",
                    ),
                    printed_once_each(BROKEN, lambda values: names(values)[:-1]),
                ),
                Claim(
                    Text("nobody passed the barrier", "هیچ‌کس از مانع نگذشت"),
                    never_printed(r" goes on$"),
                ),
                Claim(
                    Text("the barrier was broken afterwards", "مانع پس از آن شکسته بود"),
                    printed(r"^broken: True$"),
                ),
                Claim(
                    Text("the run took about one timeout", "زمان اجرا حدود یک مهلت بود"),
                    took_about(timeout),
                ),
            ),
        ),
    ),
)
