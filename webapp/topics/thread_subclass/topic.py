"""Topic 3: a class of threads, whose run() is what each of them does."""

from webapp.lessons.claims import Claim, where
from webapp.lessons.common import every_thread_ended, threads
from webapp.lessons.measures import Values
from webapp.lessons.measures.printed.lines import (
    every_line_from,
    printed_exactly_when,
    printed_once_each,
)
from webapp.lessons.measures.printed.numbers import printed_ascending
from webapp.lessons.measures.printed.order import (
    lines_followed_by,
    order_of,
    printed_after,
    printed_in_order,
    printed_in_pairs,
    printed_sequence,
)
from webapp.lessons.measures.timing import took_about
from webapp.lessons.measures.waiting import slept_together
from webapp.lessons.measures.workers import (
    ended_as,
    raised,
    ran_in_one_process,
    started_workers,
    worker_count,
)
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Float, Integer, Permutation
from webapp.lessons.text import Text
from webapp.lessons.topic import Demo, Ideal, Topic

RUNNING = r"^---> Thread#(\d+) running"
OVER = r"^---> Thread#(\d+) over$"
CALLED = r"^run\(\) of Thread#(\d+) is in MainThread$"
NOT_STARTED = r"^Thread#(\d+) was never started: ident None$"
JOINED = r"^main: joined Thread#(\d+)$"
# What run_instead_of_start.py and exception_in_run.py sleep in each run().
WORK_SECONDS = 0.2
# Ten threads have begun to sleep before the first wakes, even on a busy machine.
SURELY_TOGETHER = 0.3
# Sleeps nearer to each other than this, in seconds, may end in either order.
TOO_CLOSE = 0.1


def thread_count(default: int, maximum: int = 10) -> Integer:
    return Integer(
        name="thread_count",
        label=Text("Threads", "تعداد نخ‌ها"),
        help=Text(
            "How many objects of the class the main thread makes.",
            "نخ اصلی چند شیء از این کلاس بسازد.",
        ),
        default=default,
        minimum=1,
        maximum=maximum,
    )


sleep_seconds = Float(
    name="sleep_seconds",
    label=Text("Sleep in seconds", "مدت خواب (ثانیه)"),
    help=Text(
        "How long each thread sleeps between its two lines.",
        "هر نخ میان دو خط خود چند ثانیه می‌خوابد.",
    ),
    default=1.0,
    minimum=0,
    maximum=2,
)

order = Permutation(
    name="order",
    label=Text("Order of starting", "ترتیب آغاز"),
    help=Text(
        "The numbers 1 to 9, each once, with commas between them.",
        "عددهای ۱ تا ۹، هر کدام یک بار، که با ویرگول از هم جدا شده‌اند.",
    ),
    default=(2, 5, 1, 6, 7, 3, 9, 8, 4),
)

first_of_order = Integer(
    name="thread_count",
    label=Text("Threads", "تعداد نخ‌ها"),
    help=Text(
        "How many are started, from the beginning of the order. It has nine: 10 starts them all, "
        "as 9 does.",
        "از ابتدای ترتیب بالا چند نخ آغاز شود. این ترتیب نه نخ دارد: ۱۰ هم مانند ۹ همه را آغاز می‌کند.",
    ),
    default=9,
    minimum=1,
    maximum=10,
)

step_seconds = Float(
    name="step_seconds",
    label=Text("Step in seconds", "گام (ثانیه)"),
    help=Text(
        "Thread n sleeps n + 2 steps.",
        "نخ شمارهٔ n به اندازهٔ n + 2 گام می‌خوابد.",
    ),
    default=0.1,
    minimum=0,
    maximum=0.5,
)

raise_in = Integer(
    name="raise_in",
    label=Text("Number of the thread that raises", "شمارهٔ نخی که استثنا می‌دهد"),
    help=Text(
        "A number above the number of threads raises nothing.",
        "اگر از تعداد نخ‌ها بزرگ‌تر باشد، استثنایی رخ نمی‌دهد.",
    ),
    default=2,
    minimum=1,
    maximum=5,
)


def numbers(values: Values) -> range:
    return range(1, threads(values) + 1)


def one_sleep(values: Values) -> float:
    return float(values["sleep_seconds"])


def long_sleep(values: Values) -> bool:
    return one_sleep(values) >= SURELY_TOGETHER


def chosen(values: Values) -> tuple[int, ...]:
    return tuple(values["order"])[: threads(values)]


def step(values: Values) -> float:
    return float(values["step_seconds"])


def clear_step(values: Values) -> bool:
    return step(values) >= TOO_CLOSE


def shortest(values: Values) -> float:
    return (2 + min(chosen(values))) * step(values)


def longest(values: Values) -> float:
    return (2 + max(chosen(values))) * step(values)


def calls_in_a_row(values: Values) -> float:
    return threads(values) * WORK_SECONDS


def raises(values: Values) -> bool:
    return int(values["raise_in"]) in numbers(values)


def others(values: Values) -> list[int]:
    return [number for number in numbers(values) if number != int(values["raise_in"])]


def one_work_of_others(values: Values) -> float:
    return WORK_SECONDS if others(values) else 0


all_running = Claim(
    Text("every thread's running line came exactly once", "خط running هر نخ درست یک بار آمد"),
    printed_once_each(RUNNING, numbers),
)
all_over = Claim(
    Text("every thread's over line came exactly once", "خط over هر نخ درست یک بار آمد"),
    printed_once_each(OVER, numbers),
)
all_started = Claim(
    Text("as many threads were started as asked for", "درست به تعداد خواسته‌شده نخ آغاز شد"),
    started_workers(threads),
)
same_process = Claim(
    Text("all threads ran in one process", "همهٔ نخ‌ها در یک فرایند بودند"),
    ran_in_one_process(),
)

topic = Topic(
    title=Text("Defining a thread subclass", "تعریف نخ با زیرکلاس"),
    summary=Text(
        "Write a class of threads: run() says what they do, start() has a new thread do it.",
        "برای نخ‌ها کلاس بنویسید: متد run کار نخ را تعریف می‌کند و start آن را به نخی تازه می‌سپارد.",
    ),
    chapter="threads",
    order=3,
    demos=(
        Demo(
            slug="sleep-inside-run",
            title=Text("Sleep inside run()", "خواب درون run"),
            watch=Text(
                "All threads run and fall asleep at once, then all are over. Expect the time of one "
                "sleep, however many threads there are, and the same process ID in every line.",
                "همهٔ نخ‌ها تقریباً با هم شروع می‌کنند و به خواب می‌روند و بعد همه تمام می‌شوند. کل اجرا به "
                "اندازهٔ یک خواب طول می‌کشد، هر چند نخ که باشد، و شناسهٔ فرایند در همهٔ خط‌ها یکی است.",
            ),
            ideal=Ideal(
                one_sleep,
                Text(
                    "One sleep: the threads sleep side by side, and starting one takes about a "
                    "tenth of a millisecond.",
                    "به اندازهٔ یک خواب: نخ‌ها هم‌زمان می‌خوابند و آغاز هر نخ حدود یک‌دهم میلی‌ثانیه است.",
                ),
            ),
            outcome=DemoOutcome(
                Text("order of the over lines", "ترتیب خط‌های over"), order_of(OVER)
            ),
            parameters=(thread_count(5), sleep_seconds),
            claims=(
                all_running,
                all_over,
                Claim(
                    Text(
                        "every running line came before the first over line (for a sleep of 0.3 s "
                        "or more)",
                        "همهٔ خط‌های running پیش از اولین خط over آمدند (برای خواب ۰٫۳ ثانیه‌ای یا بیشتر)",
                    ),
                    where(long_sleep, printed_in_order(RUNNING, OVER)),
                    margin=one_sleep,
                ),
                Claim(
                    Text(
                        "all threads slept at once (for a sleep of 0.3 s or more)",
                        "همهٔ نخ‌ها هم‌زمان خواب بودند (برای خواب ۰٫۳ ثانیه‌ای یا بیشتر)",
                    ),
                    where(long_sleep, slept_together(threads)),
                    margin=one_sleep,
                ),
                all_started,
                same_process,
                every_thread_ended,
                Claim(
                    Text("the run took about one sleep", "زمان اجرا حدود یک خواب بود"),
                    took_about(one_sleep),
                ),
            ),
            observations=(
                Claim(
                    Text(
                        "the over lines came in the order of the numbers",
                        "خط‌های over به ترتیب شماره‌ها آمدند",
                    ),
                    printed_ascending(OVER),
                ),
            ),
        ),
        Demo(
            slug="no-sleep",
            title=Text("No sleep", "بدون خواب"),
            watch=Text(
                "Nothing lies between the two lines of a thread now. Often they stay together, as "
                "the thread is so short; run it some times with 10 threads and look for a pair that "
                "does not.",
                "حالا میان دو خط هر نخ چیزی نیست. نخ آن‌قدر کوتاه است که این دو خط اغلب کنار هم می‌مانند؛ "
                "برنامه را چند بار با ۱۰ نخ اجرا کنید و دنبال جفتی بگردید که از هم جدا افتاده باشد.",
            ),
            ideal=Ideal(
                lambda values: 0,
                Text(
                    "The threads only print: what is measured is the cost of starting, switching "
                    "and ending them.",
                    "نخ‌ها فقط چاپ می‌کنند: آنچه اندازه گرفته می‌شود هزینهٔ آغاز نخ‌ها، تعویض میان آن‌ها و "
                    "پایان‌شان است.",
                ),
            ),
            outcome=DemoOutcome(
                Text(
                    "threads whose two lines stayed together",
                    "تعداد نخ‌هایی که دو خطشان کنار هم ماند",
                ),
                lines_followed_by(RUNNING, OVER),
            ),
            parameters=(thread_count(5),),
            claims=(
                all_running,
                all_over,
                Claim(
                    Text(
                        "each thread's over line came after its running line",
                        "خط over هر نخ پس از خط running همان نخ آمد",
                    ),
                    printed_after(OVER, RUNNING),
                ),
                all_started,
                same_process,
                every_thread_ended,
            ),
            observations=(
                Claim(
                    Text(
                        "each running line was followed at once by the same thread's over line",
                        "بلافاصله پس از خط running هر نخ، خط over همان نخ آمد",
                    ),
                    printed_in_pairs(RUNNING, OVER),
                ),
                Claim(
                    Text(
                        "the running lines came in the order of starting",
                        "خط‌های running به ترتیب آغاز آمدند",
                    ),
                    printed_ascending(RUNNING),
                ),
            ),
        ),
        Demo(
            slug="chosen-start-order",
            title=Text("A chosen start order", "ترتیب آغاز دلخواه"),
            watch=Text(
                "The running lines come in the order you choose; the over lines in the order of the "
                "numbers, since a higher number sleeps longer. The thread that sleeps longest "
                "decides the time.",
                "خط‌های running به ترتیبی که شما برمی‌گزینید می‌آیند و خط‌های over به ترتیب شماره‌ها، چون "
                "نخ با شمارهٔ بزرگ‌تر بیشتر می‌خوابد. زمان کل را نخی تعیین می‌کند که از همه بیشتر می‌خوابد.",
            ),
            ideal=Ideal(
                longest,
                Text(
                    "The longest sleep, (highest number + 2) × step; main also waits for each thread "
                    "to begin before it starts the next one, which takes a fraction of a millisecond.",
                    "به اندازهٔ بلندترین خواب، یعنی «(بزرگ‌ترین شماره + ۲) × گام»؛ نخ اصلی پیش از آغاز هر نخ "
                    "منتظر شروع نخ قبلی هم می‌ماند که کسری از میلی‌ثانیه است.",
                ),
            ),
            outcome=DemoOutcome(
                Text("order of the over lines", "ترتیب خط‌های over"), order_of(OVER)
            ),
            parameters=(order, first_of_order, step_seconds),
            as_in_report={"step_seconds": 0.5},
            claims=(
                Claim(
                    Text(
                        "the running lines came in the chosen order",
                        "خط‌های running به ترتیب دلخواه آمدند",
                    ),
                    printed_sequence(RUNNING, chosen),
                ),
                Claim(all_over.text, printed_once_each(OVER, chosen)),
                Claim(
                    Text(
                        "the over lines came in the order of the numbers (for a step of 0.1 s or "
                        "more)",
                        "خط‌های over به ترتیب شماره‌ها آمدند (برای گام ۰٫۱ ثانیه‌ای یا بیشتر)",
                    ),
                    where(clear_step, printed_ascending(OVER)),
                    margin=step,
                ),
                Claim(
                    Text(
                        "every running line came before the first over line (for a step of 0.1 s "
                        "or more)",
                        "همهٔ خط‌های running پیش از اولین خط over آمدند (برای گام ۰٫۱ ثانیه‌ای یا بیشتر)",
                    ),
                    where(clear_step, printed_in_order(RUNNING, OVER)),
                    margin=shortest,
                ),
                every_thread_ended,
                Claim(
                    Text(
                        "the run took about the longest sleep", "زمان اجرا حدود بلندترین خواب بود"
                    ),
                    took_about(longest),
                ),
            ),
        ),
        Demo(
            slug="run-instead-of-start",
            title=Text("run() instead of start()", "run به جای start"),
            watch=Text(
                "Each object has its name, yet its run() is in MainThread. Expect the calls one "
                "after the other, and an ident of None: no such thread ever existed.",
                "هر شیء نام خودش را دارد، ولی متد run آن در MainThread اجرا می‌شود. فراخوانی‌ها یکی پس از "
                "دیگری می‌آیند و ident همه None است: چنین نخ‌هایی هرگز وجود نداشته‌اند.",
            ),
            ideal=Ideal(
                calls_in_a_row,
                Text(
                    "Threads × 0.2 s: the main thread does all the work itself. By start() it would "
                    "be 0.2 s.",
                    "تعداد نخ‌ها × ۰٫۲ ثانیه: نخ اصلی همهٔ کارها را خودش انجام می‌دهد. با start کل اجرا "
                    "۰٫۲ ثانیه می‌شد.",
                ),
            ),
            outcome=DemoOutcome(
                Text("threads that were started", "تعداد نخ‌هایی که آغاز شدند"), worker_count()
            ),
            parameters=(thread_count(3),),
            trap=True,
            next="sleep-inside-run",
            claims=(
                Claim(
                    Text("every line came from MainThread", "همهٔ خط‌ها را MainThread چاپ کرد"),
                    every_line_from("MainThread"),
                ),
                Claim(
                    Text("no thread was started", "هیچ نخی آغاز نشد"),
                    started_workers(lambda values: 0),
                ),
                Claim(
                    Text(
                        "every run() was called exactly once", "متد run هر شیء درست یک بار اجرا شد"
                    ),
                    printed_once_each(CALLED, numbers),
                ),
                Claim(
                    Text(
                        "each call was over before the next one began",
                        "هر فراخوانی پیش از شروع فراخوانی بعدی تمام شد",
                    ),
                    printed_in_pairs(CALLED, NOT_STARTED),
                ),
                Claim(
                    Text(
                        "the run took about the sum of the calls",
                        "زمان اجرا حدود جمع فراخوانی‌ها بود",
                    ),
                    took_about(calls_in_a_row),
                ),
            ),
        ),
        Demo(
            slug="exception-in-run",
            title=Text("An exception in run()", "استثنا در run"),
            watch=Text(
                "One thread prints a traceback instead of its over line. Expect main to join it "
                "like the others and to learn nothing of it.",
                "یکی از نخ‌ها به جای خط over یک traceback چاپ می‌کند. نخ اصلی منتظر آن هم مانند بقیه "
                "می‌ماند و از استثنا چیزی نمی‌فهمد.",
            ),
            ideal=Ideal(
                one_work_of_others,
                Text(
                    "0.2 s, the sleep of the threads that do not raise; printing the traceback takes "
                    "about a millisecond, meanwhile.",
                    "۰٫۲ ثانیه، یعنی خواب نخ‌هایی که استثنا نمی‌دهند؛ چاپ traceback حدود یک میلی‌ثانیه است، "
                    "آن هم در همین میان.",
                ),
            ),
            outcome=DemoOutcome(
                Text("order of the over lines", "ترتیب خط‌های over"), order_of(OVER)
            ),
            parameters=(raise_in, thread_count(3, maximum=5)),
            claims=(
                all_running,
                Claim(
                    Text(
                        "the thread with the chosen number, and no other, ended by ValueError",
                        "فقط نخی که شماره‌اش انتخاب شده بود با ValueError پایان یافت",
                    ),
                    raised("ValueError", lambda values: int(raises(values))),
                ),
                Claim(
                    Text(
                        "a traceback was printed exactly if a thread raised",
                        "traceback درست وقتی چاپ شد که نخی استثنا داد",
                    ),
                    printed_exactly_when(r"^ValueError: Thread#\d+ cannot go on$", raises),
                ),
                Claim(
                    Text(
                        "all the other threads, and only they, printed their over line",
                        "همهٔ نخ‌های دیگر، و فقط آن‌ها، خط over خود را چاپ کردند",
                    ),
                    printed_once_each(OVER, others),
                ),
                Claim(
                    Text(
                        "join() returned for every thread, in the order of the numbers",
                        "متد join برای همهٔ نخ‌ها، به ترتیب شماره‌ها، بازگشت",
                    ),
                    printed_sequence(JOINED, numbers),
                ),
                Claim(
                    Text(
                        "the program finished with exit code 0 all the same",
                        "با این همه برنامه با کد خروج ۰ پایان یافت",
                    ),
                    ended_as(lambda values: "finished"),
                    of_any_run=True,
                ),
                every_thread_ended,
                Claim(
                    Text(
                        "the run took about as long as the work of the others",
                        "زمان اجرا حدود مدت کار بقیهٔ نخ‌ها بود",
                    ),
                    took_about(one_work_of_others),
                ),
            ),
        ),
    ),
)
