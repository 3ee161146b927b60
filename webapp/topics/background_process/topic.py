"""Topic 10: a process in the background, and what becomes of it when its parent leaves."""

from dataclasses import replace

from webapp.lessons.claims import Claim, where
from webapp.lessons.common import forked, start_method
from webapp.lessons.measures import Values
from webapp.lessons.measures.printed.lines import lines_that_fit, never_printed, printed
from webapp.lessons.measures.printed.order import order_of, printed_in_order, printed_sequence
from webapp.lessons.measures.timing import took_about, took_at_least
from webapp.lessons.measures.workers import (
    every_worker_ended,
    exit_codes,
    exited_with,
    had_one_parent,
    ran_processes,
)
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Float, Integer
from webapp.lessons.text import Text
from webapp.lessons.topic import Demo, Ideal, Pair, Topic

NUMBER = r"^---> (\d+)$"
EDGE = r"^((?:Starting|Exiting) \w+)$"
FOREGROUND_NUMBER = r"^NO_background_process ---> (\d+)$"
BACKGROUND_NUMBER = r"^background_process ---> \d+$"
EXIT = r"^Exiting (\w+)$"
AT_WORK = r"^daemon: at work$"
LEAVES = r"^parent: leaves$"
DONE = r"^daemon: done$"
# In daemon_or_not.py: five numbers, each followed by a pause, in seconds.
FOREGROUND_SECONDS = 5 * 0.2
BACKGROUND_SECONDS = 5 * 0.4
# Even a busy machine has ended a daemon within that time, in seconds, of its parent's last line.
SURELY_CUT = 0.5

start = Integer(
    name="start",
    label=Text("First number", "نخستین عدد"),
    help=Text(
        "The foreground counts five numbers from this one on.",
        "پیش‌زمینه از این عدد به بعد پنج عدد می‌شمارد.",
    ),
    default=4,
    minimum=0,
    maximum=100,
)

pause_seconds = Float(
    name="pause_seconds",
    label=Text("Pause in seconds", "مکث (ثانیه)"),
    help=Text(
        "How long is slept after each number; there are fifteen.",
        "پس از هر عدد چند ثانیه خواب باشد؛ روی هم پانزده عدد هست.",
    ),
    default=0.2,
    minimum=0,
    maximum=1,
)

daemon = Choice(
    name="daemon",
    label=Text("Daemon", "دیمن باشد؟"),
    help=Text(
        "Whether the background process is a daemon: one that is ended with its parent.",
        "آیا فرایند پس‌زمینه دیمن (daemon) باشد، یعنی با پایان والدش به آن پایان داده شود.",
    ),
    default="yes",
    options={"yes": Text("yes", "بله (yes)"), "no": Text("no", "خیر (no)")},
)

child_seconds = Float(
    name="child_seconds",
    label=Text("The daemon's work in seconds", "مدت کار دیمن (ثانیه)"),
    help=Text(
        "How long the daemon would need to get to its last line.",
        "دیمن برای رسیدن به خط آخرش چند ثانیه وقت لازم دارد.",
    ),
    default=1.0,
    minimum=0,
    maximum=3,
)


def foreground_numbers(values: Values) -> list[int]:
    return [int(values["start"]) + step for step in range(5)]


def all_numbers(values: Values) -> list[int]:
    foreground = foreground_numbers(values)
    return [*foreground, *(number % 5 for number in foreground), *foreground]


def all_edges(values: Values) -> list[str]:
    names = ("NO_background_process", "background_process", "NO_background_process")
    return [f"{step} {name}" for name in names for step in ("Starting", "Exiting")]


def pauses_in_a_row(values: Values) -> float:
    return 15 * float(values["pause_seconds"])


def is_daemon(values: Values) -> bool:
    return bool(values["daemon"] == "yes")


def lead_of_foreground(values: Values) -> float:
    return BACKGROUND_SECONDS - FOREGROUND_SECONDS


def exits(values: Values) -> list[str]:
    return ["NO_background_process", *([] if is_daemon(values) else ["background_process"])]


def until_the_last(values: Values) -> float:
    return FOREGROUND_SECONDS if is_daemon(values) else BACKGROUND_SECONDS


def work_of_daemon(values: Values) -> float:
    return float(values["child_seconds"])


def long_enough(values: Values) -> bool:
    return work_of_daemon(values) >= SURELY_CUT


two_processes = Claim(
    Text(
        "there were two processes: the program and its child",
        "دو فرایند در کار بود: خود برنامه و فرزندش",
    ),
    ran_processes(lambda values: 2),
)

topic = Topic(
    title=Text("Running processes in the background", "اجرای فرایند در پس‌زمینه"),
    summary=Text(
        "Let a process work beside the program, as a daemon or not, and see who outlives whom.",
        "بگذارید فرایندی در کنار برنامه کار کند، دیمن یا غیر دیمن، و ببینید کدام پس از دیگری می‌ماند.",
    ),
    chapter="processes",
    order=10,
    demos=(
        Demo(
            slug="before-beside-after",
            title=Text("Foreground, background, foreground", "پیش‌زمینه، پس‌زمینه، باز پیش‌زمینه"),
            watch=Text(
                "Three blocks, one after the other. The first and the third come from the program "
                "itself, the second from the background process, which counts i mod 5.",
                "سه بلوک، یکی پس از دیگری. اولی و سومی از خود برنامه می‌آیند و دومی از فرایند پس‌زمینه که "
                "باقی‌ماندهٔ تقسیم بر ۵ را می‌شمارد.",
            ),
            ideal=Ideal(
                pauses_in_a_row,
                Text(
                    "15 × pause: the program waits for the background process before it counts "
                    "again, so nothing overlaps. Starting one process is added.",
                    "۱۵ × مکث: برنامه پیش از شمارش دوباره منتظر فرایند پس‌زمینه می‌ماند، پس هیچ چیز هم‌زمان "
                    "نیست. هزینهٔ آغاز یک فرایند هم افزوده می‌شود.",
                ),
            ),
            outcome=DemoOutcome(
                Text("order of the blocks", "ترتیب بلوک‌ها"), order_of(r"^Starting (\w+)$")
            ),
            parameters=(start, pause_seconds, start_method),
            as_in_report={"pause_seconds": 1.0},
            claims=(
                Claim(
                    Text(
                        "three blocks came in order, none inside another",
                        "سه بلوک به ترتیب آمدند و هیچ‌کدام درون دیگری نبود",
                    ),
                    printed_sequence(EDGE, all_edges),
                ),
                Claim(
                    Text(
                        "the numbers came in order; those of the background are i mod 5",
                        "عددها به ترتیب آمدند؛ عددهای پس‌زمینه باقی‌ماندهٔ تقسیم بر ۵ بودند",
                    ),
                    printed_sequence(NUMBER, all_numbers),
                ),
                two_processes,
                Claim(
                    Text("the program started the other one", "آن دیگری را همین برنامه آغاز کرد"),
                    had_one_parent(),
                ),
                Claim(
                    Text(
                        "the background process came to its end, although a daemon: it was waited for",
                        "فرایند پس‌زمینه با آنکه دیمن بود تا پایان اجرا شد، چون برنامه منتظرش ماند",
                    ),
                    every_worker_ended(),
                ),
                Claim(
                    Text("it left exit code 0", "کد خروج آن ۰ بود"),
                    exited_with(lambda values: [0]),
                ),
                Claim(
                    Text("the run took 15 × pause or more", "زمان اجرا ۱۵ × مکث یا بیشتر بود"),
                    took_at_least(pauses_in_a_row),
                ),
            ),
        ),
        Demo(
            slug="daemon-or-not",
            title=Text("A daemon, or not", "دیمن یا غیر دیمن"),
            watch=Text(
                "The program counts to 9 and leaves; the background process, half as fast, is "
                "then somewhere in the middle. As a daemon it never prints its Exiting line; run it "
                "again with no, and the program stays until it has.",
                "برنامه تا ۹ می‌شمارد و می‌رود؛ فرایند پس‌زمینه که سرعتش نصف است در آن لحظه جایی در میانهٔ "
                "راه است. اگر دیمن باشد خط Exiting آن هرگز نمی‌آید؛ با no دوباره اجرا کنید تا ببینید "
                "برنامه تا آمدن آن خط می‌ماند.",
            ),
            ideal=Ideal(
                until_the_last,
                Text(
                    "The foreground's five pauses of 0.2 s if the background process is a daemon, "
                    "else the background's five of 0.4 s. Starting it is added.",
                    "اگر فرایند پس‌زمینه دیمن باشد پنج مکث ۰٫۲ ثانیه‌ای پیش‌زمینه، وگرنه پنج مکث ۰٫۴ ثانیه‌ای "
                    "پس‌زمینه. هزینهٔ آغاز آن هم افزوده می‌شود.",
                ),
            ),
            outcome=DemoOutcome(
                Text("numbers that the background got through", "تعداد عددهایی که پس‌زمینه شمرد"),
                lines_that_fit(BACKGROUND_NUMBER),
            ),
            beside=(
                Pair(
                    title=Text("A daemon, or not", "دیمن یا نه"),
                    other="background-process/daemon-or-not",
                    look=Text(
                        "The background process is slower than the foreground. A daemon is "
                        "terminated when the program comes to its end, in the middle of its "
                        "count; for the other one the program waits, and takes twice as long.",
                        "فرایند پس‌زمینه از پیش‌زمینه کندتر است. دیمن با پایان برنامه، در میانهٔ "
                        "شمارش، پایان داده می‌شود؛ برای آن دیگری برنامه منتظر می‌ماند و دو برابر "
                        "طول می‌کشد.",
                    ),
                    values={"daemon": "yes"},
                    other_values={"daemon": "no"},
                ),
            ),
            parameters=(daemon, start_method),
            claims=(
                Claim(
                    Text("the foreground counted from 5 to 9", "پیش‌زمینه از ۵ تا ۹ شمرد"),
                    printed_sequence(FOREGROUND_NUMBER, lambda values: range(5, 10)),
                ),
                Claim(
                    Text(
                        "a daemon's Exiting line never came; otherwise it came, as the last one",
                        "خط Exiting دیمن هرگز نیامد؛ غیر دیمن آن را چاپ کرد و خط آخر همان بود",
                    ),
                    printed_sequence(EXIT, exits),
                    margin=lead_of_foreground,
                ),
                Claim(
                    Text(
                        "the background's exit code: −15 as a daemon, else 0",
                        "کد خروج پس‌زمینه: برای دیمن ‎−۱۵، وگرنه ۰",
                    ),
                    exited_with(lambda values: [-15 if is_daemon(values) else 0]),
                    margin=lead_of_foreground,
                ),
                replace(two_processes, margin=lead_of_foreground),
                Claim(
                    Text(
                        "the run took until the end of the last one that was waited for",
                        "اجرا تا پایان آخرین کسی که باید منتظرش می‌ماندند طول کشید",
                    ),
                    took_at_least(until_the_last),
                ),
            ),
            observations=(
                Claim(
                    Text(
                        "the background got through all five numbers",
                        "پس‌زمینه هر پنج عدد را شمرد",
                    ),
                    printed(BACKGROUND_NUMBER, lambda values: 5),
                ),
            ),
        ),
        Demo(
            slug="the-parent-leaves-first",
            title=Text("The parent leaves first", "والد زودتر می‌رود"),
            watch=Text(
                "The parent knows that its daemon is at work, and leaves all the same. The line "
                "daemon: done never comes, and the whole run is shorter than the daemon's work.",
                "والد می‌داند که دیمنش مشغول کار است و با این حال می‌رود. خط daemon: done هرگز نمی‌آید و کل "
                "اجرا از کار دیمن کوتاه‌تر است.",
            ),
            ideal=Ideal(
                lambda values: 0,
                Text(
                    "Nobody waits for the daemon's work: all the time goes into starting it and "
                    "ending it.",
                    "هیچ‌کس منتظر کار دیمن نمی‌ماند: همهٔ زمان صرف آغاز آن و پایان دادن به آن می‌شود.",
                ),
            ),
            outcome=DemoOutcome(Text("the daemon's exit code", "کد خروج دیمن"), exit_codes()),
            parameters=(child_seconds, start_method),
            claims=(
                Claim(
                    Text(
                        "the daemon was at work before the parent left",
                        "دیمن پیش از رفتن والد مشغول کار شده بود",
                    ),
                    printed_in_order(AT_WORK, LEAVES),
                ),
                Claim(
                    Text(
                        "the daemon's last line never came (for work of 0.5 s or more)",
                        "خط آخر دیمن هرگز نیامد (برای کار ۰٫۵ ثانیه‌ای یا بیشتر)",
                    ),
                    where(long_enough, never_printed(DONE)),
                    margin=work_of_daemon,
                ),
                Claim(
                    Text(
                        "its exit code is −15: SIGTERM ended it (likewise)",
                        "کد خروج آن ‎−۱۵ است: سیگنال SIGTERM به آن پایان داد (با همان شرط)",
                    ),
                    where(long_enough, exited_with(lambda values: [-15])),
                    margin=work_of_daemon,
                ),
                two_processes,
            ),
            observations=(
                Claim(
                    Text(
                        "by fork, the run was over in next to no time",
                        "با fork، اجرا تقریباً بی‌درنگ تمام شد",
                    ),
                    where(forked, took_about(lambda values: 0)),
                ),
            ),
        ),
    ),
)
