"""Topic 2: which thread runs this line, what it is called, and who ends first."""

import re
from itertools import pairwise

from webapp.engine.recording import Recording
from webapp.lessons.claims import Check, Claim, judged, where
from webapp.lessons.common import every_thread_ended, threads
from webapp.lessons.measures import Share, Values
from webapp.lessons.measures.printed.lines import (
    every_line_from,
    printed,
    printed_alike,
    printed_distinct,
    printed_once_each,
)
from webapp.lessons.measures.printed.numbers import equals
from webapp.lessons.measures.printed.order import (
    order_of,
    printed_after,
    printed_in_order,
    printed_in_pairs,
    printed_sequence,
)
from webapp.lessons.measures.timing import took_about
from webapp.lessons.measures.waiting import slept_together
from webapp.lessons.measures.workers import ran_in_one_process, started_workers
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Float, Floats, Integer
from webapp.lessons.text import Text
from webapp.lessons.topic import Demo, Ideal, Pair, Topic

NAMES = ("function_A", "function_B", "function_C")
STARTING = r"^(function_[ABC])--> starting$"
EXITING = r"^(function_[ABC])--> exiting$"
JOINED = r"^MainThread joined (function_[ABC])$"
INTRODUCED = r"^(?:main )?thread (.+): ident \d+,"
FIRST_NAME = r"^(?:main )?thread ([\w-]+).*: ident \d+,"
IDENT = r": ident (\d+),"
NATIVE_ID = r", native ID (\d+),"
PROCESS_ID = r", process ID (\d+)$"
DEFAULT_NAME = r"^thread Thread-(\d+) \(introduce\): "
# Sleeps nearer to each other than this, in seconds, may end in either order on a busy machine.
TOO_CLOSE = 0.15


def some_threads(label: Text, help: Text, maximum: int) -> Integer:
    return Integer(
        name="thread_count", label=label, help=help, default=3, minimum=1, maximum=maximum
    )


unit_seconds = Float(
    name="unit_seconds",
    label=Text("Unit in seconds", "واحد زمان (ثانیه)"),
    help=Text(
        "function_A sleeps one of these, function_B two, function_C three.",
        "نخ function_A یک واحد می‌خوابد، function_B دو و function_C سه واحد.",
    ),
    default=0.3,
    minimum=0.1,
    maximum=1,
)

durations = Floats(
    name="durations",
    label=Text("Sleeps of A, B, C in seconds", "مدت خواب A و B و C (ثانیه)"),
    help=Text(
        "Three numbers with commas between them, from 0 to 3.",
        "سه عدد از ۰ تا ۳ که با ویرگول از هم جدا شده‌اند.",
    ),
    default=(3.0, 2.0, 1.0),
    minimum=0,
    maximum=3,
)

reporting = (
    some_threads(
        Text("Threads", "تعداد نخ‌ها"),
        Text("1: only A; 2: A and B; 3: A, B and C.", "۱: فقط A؛ ۲: A و B؛ ۳: A و B و C."),
        maximum=3,
    ),
    unit_seconds,
)


def started(values: Values) -> tuple[str, ...]:
    return NAMES[: threads(values)]


def longest_unit(values: Values) -> float:
    return threads(values) * float(values["unit_seconds"])


def unit(values: Values) -> float:
    return float(values["unit_seconds"])


def clear_unit(values: Values) -> bool:
    return unit(values) >= TOO_CLOSE


def seconds(values: Values) -> list[float]:
    return [float(number) for number in values["durations"]]


def longest(values: Values) -> float:
    return max(seconds(values))


def shortest(values: Values) -> float:
    return min(seconds(values))


def names_by_duration(values: Values) -> list[str]:
    return [name for _, name in sorted(zip(seconds(values), NAMES, strict=True))]


def smallest_difference(values: Values) -> float:
    return min(b - a for a, b in pairwise(sorted(seconds(values))))


def clear_order(values: Values) -> bool:
    return smallest_difference(values) >= TOO_CLOSE


def long_sleeps(values: Values) -> bool:
    return shortest(values) >= TOO_CLOSE


def with_two_more(values: Values) -> int:
    return threads(values) + 2


def said_by_whom_it_names(pattern: str) -> Check:
    """The group of `pattern` is the name of the worker that printed the line, in every line."""

    def right_of_all(recording: Recording, values: Values) -> Share:
        right = [
            found.group(1) == line.worker
            for line in recording.lines
            if (found := re.search(pattern, line.text))
        ]
        return Share(sum(right), len(right))

    return judged(right_of_all, lambda right, values: right.complete and right.whole > 0)


all_starting = Claim(
    Text("each thread said once that it was starting", "هر نخ یک بار شروع خود را گزارش داد"),
    printed_once_each(STARTING, started),
)
all_exiting = Claim(
    Text("each thread said once that it was exiting", "هر نخ یک بار پایان خود را گزارش داد"),
    printed_once_each(EXITING, started),
)
exits_in_order = Claim(
    Text(
        "the exits came in the order A, B, C (for a unit of 0.15 s or more)",
        "پایان‌ها به ترتیب A، B، C آمدند (برای واحد ۰٫۱۵ ثانیه‌ای یا بیشتر)",
    ),
    where(clear_unit, printed_sequence(EXITING, started)),
    margin=unit,
)
by_itself = Claim(
    Text(
        "each line came from the very thread it names",
        "هر خط را همان نخی چاپ کرد که نامش در آن است",
    ),
    said_by_whom_it_names(r"^(function_[ABC])--> "),
)
took_longest_unit = Claim(
    Text(
        "the run took about one unit for each thread",
        "زمان اجرا حدود «تعداد نخ‌ها × واحد زمان» بود",
    ),
    took_about(longest_unit),
)
longest_sleep = Ideal(
    longest_unit,
    Text(
        "The longest sleep, that of the last thread: as many units as there are threads. All "
        "sleep at the same time, so the sleeps do not add up; starting the threads adds about a "
        "millisecond.",
        "به اندازهٔ بلندترین خواب، یعنی خواب آخرین نخ: به تعداد نخ‌ها واحد زمان. همه هم‌زمان می‌خوابند، "
        "پس خواب‌ها با هم جمع نمی‌شوند؛ آغاز نخ‌ها حدود یک میلی‌ثانیه به آن می‌افزاید.",
    ),
)

topic = Topic(
    title=Text("Determining the current thread", "تشخیص نخ جاری"),
    summary=Text(
        "One function, many threads: how a line of code finds out which thread runs it.",
        "یک تابع و چند نخ: کد چگونه می‌فهمد که کدام نخ آن را اجرا می‌کند؟",
    ),
    chapter="threads",
    order=2,
    demos=(
        Demo(
            slug="report-as-it-happens",
            title=Text("Report as it happens", "گزارش در همان لحظه"),
            watch=Text(
                "Three threads run one and the same function, and each prints its own name. Expect "
                "three starts at once, then an exit after each unit: A, B, C.",
                "سه نخ یک تابع را اجرا می‌کنند و هر کدام نام خودش را چاپ می‌کند. سه شروع پشت سر هم "
                "می‌آید و سپس با گذشت هر واحد زمان یک پایان: اول A، بعد B، بعد C.",
            ),
            ideal=longest_sleep,
            outcome=DemoOutcome(Text("order of the exits", "ترتیب پایان‌ها"), order_of(EXITING)),
            beside=(
                Pair(
                    title=Text("Who says it", "چه کسی می‌گوید"),
                    other="current-thread/report-when-done",
                    look=Text(
                        "The same threads and the same sleeps. In the first, each thread prints "
                        "its own lines, at the moment they are about; in the second, MainThread "
                        "prints them all, when a thread is done.",
                        "همان نخ‌ها و همان خواب‌ها. در اولی هر نخ خط‌های خودش را همان لحظه چاپ "
                        "می‌کند؛ در دومی MainThread همه را چاپ می‌کند، وقتی کار نخ تمام شده است.",
                    ),
                ),
            ),
            parameters=reporting,
            as_in_report={"unit_seconds": 1.0},
            claims=(
                all_exiting,
                by_itself,
                Claim(
                    Text("the starts came in the order A, B, C", "شروع‌ها به ترتیب A، B، C آمدند"),
                    printed_sequence(STARTING, started),
                ),
                Claim(
                    Text(
                        "every start came before the first exit (for a unit of 0.15 s or more)",
                        "همهٔ شروع‌ها پیش از نخستین پایان آمدند (برای واحد ۰٫۱۵ ثانیه‌ای یا بیشتر)",
                    ),
                    where(clear_unit, printed_in_order(STARTING, EXITING)),
                    margin=unit,
                ),
                exits_in_order,
                every_thread_ended,
                took_longest_unit,
            ),
            observations=(
                Claim(
                    Text("all threads slept at once", "همهٔ نخ‌ها هم‌زمان خواب بودند"),
                    slept_together(threads),
                ),
            ),
        ),
        Demo(
            slug="report-when-done",
            title=Text("Report when done", "گزارش در پایان کار"),
            watch=Text(
                "The same threads, but each hands both its messages to main when it is done. Expect "
                "pairs now: A, then B, then C. See who prints them: MainThread.",
                "همان نخ‌ها، ولی هر نخ در پایان کار هر دو پیامش را یکجا به نخ اصلی می‌دهد. این بار خط‌ها "
                "جفت‌جفت می‌آیند: اول A، بعد B، بعد C. ببینید چه کسی چاپشان می‌کند: MainThread.",
            ),
            ideal=longest_sleep,
            outcome=DemoOutcome(Text("order of the reports", "ترتیب گزارش‌ها"), order_of(EXITING)),
            parameters=reporting,
            as_in_report={"unit_seconds": 1.0},
            claims=(
                all_starting,
                all_exiting,
                Claim(
                    Text(
                        "each start was followed at once by an exit",
                        "بلافاصله پس از هر شروع یک پایان آمد",
                    ),
                    printed_in_pairs(STARTING, EXITING),
                ),
                Claim(
                    Text(
                        "each exit came after the start of the same thread",
                        "هر پایان پس از شروع همان نخ آمد",
                    ),
                    printed_after(EXITING, STARTING),
                ),
                Claim(
                    Text("every line came from MainThread", "همهٔ خط‌ها را MainThread چاپ کرد"),
                    every_line_from("MainThread"),
                ),
                exits_in_order,
                every_thread_ended,
                took_longest_unit,
            ),
        ),
        Demo(
            slug="last-started-first-done",
            title=Text("Last started, first done", "آخرین آغاز، نخستین پایان"),
            watch=Text(
                "A is started first and sleeps longest. Expect the exits in the order C, B, A, and "
                "main joining in the order A, B, C all the same.",
                "A اول از همه آغاز می‌شود و از همه بیشتر می‌خوابد. پایان‌ها به ترتیب C، B، A می‌آیند؛ با این "
                "همه نخ اصلی به ترتیب A، B، C منتظر آن‌ها می‌ماند.",
            ),
            ideal=Ideal(
                longest,
                Text(
                    "The longest of the three sleeps: all three pass at the same time, in whatever "
                    "order the threads are started or joined.",
                    "به اندازهٔ بلندترین خواب از این سه: هر سه هم‌زمان می‌گذرند، نخ‌ها به هر ترتیبی که "
                    "آغاز شوند و نخ اصلی به هر ترتیبی که منتظرشان بماند.",
                ),
            ),
            outcome=DemoOutcome(Text("order of the exits", "ترتیب پایان‌ها"), order_of(EXITING)),
            parameters=(durations,),
            claims=(
                Claim(
                    Text(
                        "the exits came in the order of the durations (where they are 0.15 s apart "
                        "or more)",
                        "پایان‌ها به ترتیب مدت خواب آمدند (با فاصلهٔ ۰٫۱۵ ثانیه یا بیشتر)",
                    ),
                    where(clear_order, printed_sequence(EXITING, names_by_duration)),
                    margin=smallest_difference,
                ),
                Claim(
                    Text(
                        "main joined them in the order A, B, C",
                        "نخ اصلی به ترتیب A، B، C منتظرشان ماند",
                    ),
                    printed_sequence(JOINED, lambda values: NAMES),
                ),
                Claim(
                    Text(
                        "main joined each thread only after its exit",
                        "انتظار نخ اصلی برای هر نخ پس از پایان همان نخ به سر رسید",
                    ),
                    printed_after(JOINED, EXITING),
                ),
                Claim(
                    Text(
                        "every start came before the first exit (for sleeps of 0.15 s or more)",
                        "همهٔ شروع‌ها پیش از نخستین پایان آمدند (برای خواب‌های ۰٫۱۵ ثانیه‌ای یا بیشتر)",
                    ),
                    where(long_sleeps, printed_in_order(STARTING, EXITING)),
                    margin=shortest,
                ),
                by_itself,
                every_thread_ended,
                Claim(
                    Text(
                        "the run took about the longest sleep", "زمان اجرا حدود بلندترین خواب بود"
                    ),
                    took_about(longest),
                ),
            ),
            observations=(
                Claim(
                    Text(
                        "the starts came in the order A, B, C",
                        "شروع‌ها به ترتیب A، B، C آمدند",
                    ),
                    printed_sequence(STARTING, lambda values: NAMES),
                ),
            ),
        ),
        Demo(
            slug="default-and-chosen-names",
            title=Text("Default and chosen names", "نام‌های پیش‌فرض و نام‌های دلخواه"),
            watch=Text(
                "Main, threads with default names, one with a chosen name and one that renames "
                "itself say who they are. Look for what differs in every line, and for the one "
                "number that is always the same.",
                "نخ اصلی، چند نخ با نام پیش‌فرض، یکی با نام دلخواه و یکی که نام خودش را عوض می‌کند خود را "
                "معرفی می‌کنند. ببینید چه چیزی در هر خط فرق دارد و کدام عدد همیشه همان است.",
            ),
            ideal=Ideal(
                lambda values: 0,
                Text(
                    "Asking for a name or an ID costs next to nothing: what is measured is starting "
                    "the threads and bringing them all to the barrier.",
                    "پرسیدن نام و شناسه تقریباً هزینه‌ای ندارد: آنچه اندازه گرفته می‌شود آغاز نخ‌ها و "
                    "رسیدن همه به مانع (barrier) است.",
                ),
            ),
            outcome=DemoOutcome(
                Text("order in which they introduced themselves", "ترتیب معرفی نخ‌ها"),
                order_of(FIRST_NAME),
            ),
            parameters=(
                some_threads(
                    Text("Threads with default names", "نخ‌های با نام پیش‌فرض"),
                    Text(
                        "Beside them there are always one with a chosen name and one that renames "
                        "itself.",
                        "در کنار این‌ها همیشه یک نخ با نام دلخواه و یک نخ که نامش را عوض می‌کند هست.",
                    ),
                    maximum=5,
                ),
            ),
            claims=(
                Claim(
                    Text("the main thread is called MainThread", "نام نخ اصلی MainThread است"),
                    printed(r"^main thread MainThread: "),
                ),
                Claim(
                    Text(
                        "the default names are Thread-1, Thread-2 … with the function's name",
                        "نام‌های پیش‌فرض Thread-1 و Thread-2 و … به همراه نام تابع است",
                    ),
                    printed_once_each(DEFAULT_NAME, lambda values: range(1, threads(values) + 1)),
                ),
                Claim(
                    Text(
                        "each line came from the very thread it names",
                        "هر خط را همان نخی چاپ کرد که نامش در آن است",
                    ),
                    said_by_whom_it_names(INTRODUCED),
                ),
                Claim(
                    Text("no two native IDs are the same", "هیچ دو native ID یکی نیست"),
                    printed_distinct(NATIVE_ID),
                ),
                Claim(
                    Text("no two idents are the same", "هیچ دو ident یکی نیست"),
                    printed_distinct(IDENT),
                ),
                Claim(
                    Text("all printed the same process ID", "همه یک شناسهٔ فرایند چاپ کردند"),
                    printed_alike(PROCESS_ID),
                ),
                Claim(
                    Text("all threads ran in one process", "همهٔ نخ‌ها در یک فرایند بودند"),
                    ran_in_one_process(),
                ),
                Claim(
                    Text(
                        "two threads more were started than have default names",
                        "دو نخ بیش از نخ‌های با نام پیش‌فرض آغاز شد",
                    ),
                    started_workers(with_two_more),
                ),
                every_thread_ended,
            ),
            observations=(
                Claim(
                    Text(
                        "the main thread's native ID is the process ID, as always on Linux",
                        "native ID نخ اصلی همان شناسهٔ فرایند است؛ در لینوکس همیشه چنین است",
                    ),
                    equals(r"^main thread .*, native ID (\d+),", PROCESS_ID),
                ),
            ),
        ),
    ),
)
