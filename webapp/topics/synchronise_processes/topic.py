"""Topic 14: barrier, shared counter and event: processes that must agree on something."""

from datetime import datetime

from webapp.engine.recording import Recording
from webapp.lessons.claims import Claim, judged, where
from webapp.lessons.common import a_pid_each, every_child_ended, forked, start_method_for
from webapp.lessons.measures import Measure, Values, both
from webapp.lessons.measures.printed.lines import printed_once_each
from webapp.lessons.measures.printed.numbers import (
    at_most,
    equals,
    printed_ascending,
    printed_number,
)
from webapp.lessons.measures.printed.order import order_of, printed_after, printed_in_order
from webapp.lessons.measures.timing import took_about, took_at_least
from webapp.lessons.measures.waiting import nobody_passed_before_the_last_arrived
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Float, Integer
from webapp.lessons.text import Text
from webapp.lessons.topic import Demo, Ideal, Pair, Topic

STAMP = r"^process (p\d) - test_with(?:out)?_barrier ----> "
WITH_BARRIER = r" - test_with_barrier ----> "
WITHOUT_BARRIER = r" - test_without_barrier ----> "
FINAL = r"^final: (\d+)$"
LOST = r"^lost: (\d+)$"
READY = r"^process (\d+) is ready$"
RUNS = r"^process (\d+) runs$"
GO = r"^parent: go$"
# What the parent of event-starts-all prepares takes as long, in seconds.
PREPARATION = 0.5
# By fork, two processes that begin so far apart, in seconds, stay apart on a busy machine too.
SURELY_APART = 0.2

stagger_seconds = Float(
    name="stagger_seconds",
    label=Text("Stagger in seconds", "فاصلهٔ دو شروع (ثانیه)"),
    help=Text(
        "How much later the second process of each pair is started.",
        "فرایند دوم هر جفت چند ثانیه پس از اولی آغاز می‌شود.",
    ),
    default=0.2,
    minimum=0,
    maximum=1,
)


def increments(default: int, maximum: int) -> Integer:
    return Integer(
        name="increments",
        label=Text("Increments of each process", "تعداد افزایش‌های هر فرایند"),
        help=Text(
            "How many times each process adds one to the counter.",
            "هر فرایند چند بار یک واحد به شمارنده می‌افزاید.",
        ),
        default=default,
        minimum=1,
        maximum=maximum,
    )


start_method = start_method_for(
    Text(
        "How a child comes into being. The barrier, the counter and the event reach it by all "
        "three, as arguments.",
        "فرزند چگونه پدید می‌آید. مانع، شمارنده و رویداد با هر سه روش، به صورت آرگومان، به او می‌رسند.",
    )
)


def process_count(default: int, maximum: int) -> Integer:
    return Integer(
        name="processes",
        label=Text("Processes", "تعداد فرایندها"),
        help=Text("How many processes the parent starts.", "فرایند والد چند فرزند را آغاز کند."),
        default=default,
        minimum=1,
        maximum=maximum,
    )


def counting(each: int, maximum: int) -> tuple[Integer, Integer, Choice]:
    return process_count(2, maximum=4), increments(each, maximum), start_method


def children(values: Values) -> int:
    return int(values["processes"])


def numbers(values: Values) -> range:
    return range(1, children(values) + 1)


def expected(values: Values) -> int:
    return children(values) * int(values["increments"])


def stagger(values: Values) -> float:
    return float(values["stagger_seconds"])


def both_staggers(values: Values) -> float:
    return 2 * stagger(values)


def clearly_apart(values: Values) -> bool:
    # A fresh interpreter may take longer to start than the stagger lasts.
    return forked(values) and stagger(values) >= SURELY_APART


def apart(first: str, second: str) -> Measure[float]:
    """The milliseconds between two processes' stamps."""

    def between(recording: Recording, values: Values) -> float | None:
        stamps = {}
        for line in recording.lines:
            name, arrow, stamp = line.text.partition(" ----> ")
            if arrow:
                stamps[name.split()[1]] = datetime.fromisoformat(stamp)
        if not stamps.keys() >= {first, second}:
            return None
        return abs(stamps[second] - stamps[first]).total_seconds() * 1000

    return between


# Of those who met at the barrier, and of those who did not.
apart_with_barrier = apart("p1", "p2")
apart_without = apart("p3", "p4")

closer_together = judged(
    both(apart_with_barrier, apart_without),
    lambda times, values: times[0] < times[1],
    lambda times: f"{times[0]:.1f} ms < {times[1]:.1f} ms",
    untold=False,
)


final_number = DemoOutcome(Text("final number", "مقدار نهایی"), printed_number(FINAL))


def met_at_start() -> Claim:
    return Claim(
        Text(
            "nobody began to count before all had arrived at the barrier",
            "پیش از رسیدن همه به مانع، هیچ فرایندی شمردن را شروع نکرد",
        ),
        nobody_passed_before_the_last_arrived("start", children),
    )


topic = Topic(
    title=Text("Synchronizing processes", "همگام‌سازی فرایندها"),
    summary=Text(
        "Processes that meet at a barrier, count in shared memory, and start on one signal.",
        "فرایندهایی که پشت مانع به هم می‌رسند، در حافظهٔ مشترک می‌شمارند و با یک علامت راه می‌افتند.",
    ),
    chapter="processes",
    order=14,
    demos=(
        Demo(
            slug="with-and-without-barrier",
            title=Text("With and without a barrier", "با مانع و بدون مانع"),
            watch=Text(
                "In each pair the second process is started later. Expect almost equal stamps from "
                "p1 and p2, which meet at the barrier, and a stagger between p3's and p4's.",
                "در هر جفت، فرایند دوم دیرتر آغاز می‌شود. زمان‌های p1 و p2 که پشت مانع به هم می‌رسند "
                "تقریباً یکی است و زمان‌های p3 و p4 به اندازهٔ همان فاصلهٔ شروع از هم دور است.",
            ),
            ideal=Ideal(
                both_staggers,
                Text(
                    "Two staggers, one for each pair. Starting four processes is added: some "
                    "milliseconds each by fork, a fresh interpreter each by spawn.",
                    "دو برابر فاصلهٔ شروع، برای هر جفت یک بار. هزینهٔ آغاز چهار فرایند هم افزوده می‌شود: "
                    "با fork برای هر کدام چند میلی‌ثانیه و با spawn برای هر کدام یک مفسر تازه.",
                ),
            ),
            outcome=DemoOutcome(
                Text(
                    "time between p1's and p2's stamps, in milliseconds",
                    "فاصلهٔ زمان‌های p1 و p2 (میلی‌ثانیه)",
                ),
                apart_with_barrier,
            ),
            parameters=(stagger_seconds, start_method),
            as_in_report={"stagger_seconds": 0.0},
            claims=(
                Claim(
                    Text(
                        "each of the four printed one stamp",
                        "هر یک از چهار فرایند یک بار زمانش را چاپ کرد",
                    ),
                    printed_once_each(STAMP, lambda values: ("p1", "p2", "p3", "p4")),
                ),
                Claim(
                    Text(
                        "nobody passed the barrier before both had arrived",
                        "پیش از رسیدن هر دو، هیچ‌کدام از مانع نگذشت",
                    ),
                    nobody_passed_before_the_last_arrived("synchronizer", lambda values: 2),
                ),
                Claim(
                    Text(
                        "p1 and p2 stamped closer together than p3 and p4 (by fork, for a stagger "
                        "of 0.2 s or more)",
                        "زمان‌های p1 و p2 به هم نزدیک‌تر از زمان‌های p3 و p4 بود (با fork و فاصلهٔ ۰٫۲ "
                        "ثانیه یا بیشتر)",
                    ),
                    where(clearly_apart, closer_together),
                    margin=stagger,
                ),
                Claim(
                    Text("the second pair came after the first", "جفت دوم پس از جفت اول اجرا شد"),
                    printed_in_order(WITH_BARRIER, WITHOUT_BARRIER),
                ),
                a_pid_each(lambda values: 4),
                every_child_ended,
                Claim(
                    Text(
                        "the run took two staggers or longer",
                        "زمان اجرا دو برابر فاصلهٔ شروع یا بیشتر بود",
                    ),
                    took_at_least(both_staggers),
                ),
            ),
            observations=(
                Claim(
                    Text(
                        "p1 and p2 stamped closer together than p3 and p4",
                        "زمان‌های p1 و p2 به هم نزدیک‌تر از زمان‌های p3 و p4 بود",
                    ),
                    where(lambda values: not clearly_apart(values), closer_together),
                ),
            ),
        ),
        Demo(
            slug="lost-update",
            title=Text("Lost update in shared memory", "به‌روزرسانی گم‌شده در حافظهٔ مشترک"),
            watch=Text(
                "The counter has a lock, and += does not hold it from the read to the write. "
                "Compare final with expected, and run it several times.",
                "شمارنده قفل دارد، ولی += آن را از خواندن تا نوشتن نگه نمی‌دارد. مقدار نهایی (final) "
                "را با مقدار مورد انتظار (expected) بسنجید و برنامه را چند بار اجرا کنید.",
            ),
            ideal=Ideal(
                lambda values: 0,
                Text(
                    "Counting takes some microseconds an increment: what is measured is mostly the "
                    "starting of the processes and their meeting at the barrier.",
                    "هر افزایش چند میکروثانیه است: آنچه اندازه گرفته می‌شود بیشتر هزینهٔ آغاز فرایندها و "
                    "به هم رسیدن‌شان پشت مانع است.",
                ),
            ),
            outcome=final_number,
            # With fewer, one is often done before the other has woken up.
            beside=(
                Pair(
                    title=Text("Without its lock, or with it", "بی قفل یا با قفل خودش"),
                    other="synchronise-processes/lost-update-fixed",
                    look=Text(
                        "Value += 1 is a read and a write. Look at the final number: without the "
                        "lock another process gets in between; under get_lock() none does, and "
                        "the whole takes longer.",
                        "دستور Value += 1 یک خواندن و یک نوشتن است. مقدار نهایی را ببینید: بی "
                        "قفل، فرایند دیگری میان این دو می‌آید؛ زیر get_lock نمی‌آید و کل کار "
                        "بیشتر طول می‌کشد.",
                    ),
                    values={"processes": 2, "increments": 20000},
                    other_values={"processes": 2, "increments": 20000},
                ),
            ),
            parameters=counting(each=50_000, maximum=100_000),
            trap=True,
            next="lost-update-fixed",
            claims=(
                Claim(
                    Text("final ≤ expected", "مقدار نهایی از مقدار مورد انتظار بیشتر نشد"),
                    at_most(FINAL, expected),
                ),
                met_at_start(),
                a_pid_each(children),
                every_child_ended,
            ),
            observations=(
                Claim(
                    Text("so many updates were lost, of all", "تعداد به‌روزرسانی‌های گم‌شده، از کل"),
                    at_most(LOST, expected),
                ),
            ),
        ),
        Demo(
            slug="lost-update-fixed",
            title=Text("Lost update, fixed", "درمان به‌روزرسانی گم‌شده"),
            watch=Text(
                "The same count, with get_lock() held around each +=. Final is the expected number "
                "in every run; look at the time for what it costs.",
                "همان شمارش، این بار با نگه‌داشتن get_lock() دور هر +=. مقدار نهایی در هر اجرا همان "
                "مقدار مورد انتظار است؛ بهای آن را در زمان اجرا ببینید.",
            ),
            ideal=Ideal(
                lambda values: 0,
                Text(
                    "Adding costs next to nothing. Starting the processes is added, and so is the "
                    "waiting for the lock, which all want at once: it grows with the increments.",
                    "خود جمع‌زدن تقریباً هزینه‌ای ندارد. هزینهٔ آغاز فرایندها افزوده می‌شود و نیز انتظار برای "
                    "قفلی که همه هم‌زمان می‌خواهند: هرچه افزایش‌ها بیشتر، انتظار هم بیشتر.",
                ),
            ),
            outcome=final_number,
            # Each of them is a hold of the lock, and recorded.
            parameters=counting(each=5000, maximum=20_000),
            claims=(
                Claim(
                    Text("final = expected", "مقدار نهایی برابر مقدار مورد انتظار شد"),
                    equals(FINAL, expected),
                ),
                met_at_start(),
                a_pid_each(children),
                every_child_ended,
            ),
        ),
        Demo(
            slug="event-starts-all",
            title=Text("One event starts all", "یک رویداد همه را راه می‌اندازد"),
            watch=Text(
                "Each process says that it is ready and then waits. Nobody runs before the parent "
                "says go; afterwards all run, in no fixed order.",
                "هر فرایند آماده‌بودنش را اعلام می‌کند و منتظر می‌ماند. پیش از go والد هیچ‌کدام راه "
                "نمی‌افتد؛ پس از آن همه راه می‌افتند، به ترتیبی که معین نیست.",
            ),
            ideal=Ideal(
                lambda values: PREPARATION,
                Text(
                    "The half second that the parent prepares; the processes start meanwhile, by "
                    "fork far quicker than that. Letting them go and joining them is added.",
                    "نیم ثانیه‌ای که والد صرف آماده‌سازی می‌کند؛ فرایندها در همین مدت آغاز می‌شوند، با fork "
                    "بسیار زودتر از آن. راه افتادن و join آن‌ها هم افزوده می‌شود.",
                ),
            ),
            outcome=DemoOutcome(
                Text("order in which the processes ran", "ترتیب راه افتادن فرایندها"),
                order_of(RUNS),
            ),
            parameters=(process_count(4, maximum=6), start_method),
            claims=(
                Claim(
                    Text("every process ran exactly once", "هر فرایند درست یک بار راه افتاد"),
                    printed_once_each(RUNS, numbers),
                ),
                Claim(
                    Text("nobody ran before the parent's go", "پیش از go والد هیچ‌کس راه نیفتاد"),
                    printed_in_order(GO, RUNS),
                ),
                Claim(
                    Text(
                        "each process was ready before it ran",
                        "هر فرایند پیش از راه افتادن آماده بود",
                    ),
                    printed_after(RUNS, READY),
                ),
                a_pid_each(children),
                every_child_ended,
                Claim(
                    Text(
                        "by fork, the run took about half a second",
                        "با fork، زمان اجرا حدود نیم ثانیه بود",
                    ),
                    where(forked, took_about(lambda values: PREPARATION)),
                ),
            ),
            observations=(
                Claim(
                    Text(
                        "every process was ready before the parent's go",
                        "همهٔ فرایندها پیش از go والد آماده بودند",
                    ),
                    printed_in_order(READY, GO),
                ),
                Claim(
                    Text(
                        "they ran in the order of starting",
                        "به همان ترتیبی راه افتادند که آغاز شده بودند",
                    ),
                    printed_ascending(RUNS),
                ),
            ),
        ),
    ),
)
