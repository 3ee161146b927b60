"""Topic 1: what a thread is, how it is started, and what join() is for."""

from webapp.lessons.claims import Claim, where
from webapp.lessons.common import every_thread_ended, thread_count, threads
from webapp.lessons.measures import Values
from webapp.lessons.measures.printed.lines import every_line_from, printed_once_each, printers
from webapp.lessons.measures.printed.numbers import printed_ascending, printed_number
from webapp.lessons.measures.printed.order import order_of, printed_in_order, printed_in_pairs
from webapp.lessons.measures.timing import took_about
from webapp.lessons.measures.workers import (
    lived_at_once,
    lived_together,
    most_alive,
    ran_in_one_process,
    started_workers,
)
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Float
from webapp.lessons.text import Text
from webapp.lessons.topic import Demo, Ideal, Pair, Topic

MY_FUNC = r"^my func called by thread N\^(\d+)$"
BEGINS = r"^thread \d+ begins$"
ENDS = r"^thread \d+ ends$"
# What call_instead_of_target.py sleeps in each call.
CALL_SECONDS = 0.2
# Starting ten threads on a busy machine takes less; a shorter sleep may be over before main's line.
SURELY_LATER = 0.2


work_seconds = Float(
    name="work_seconds",
    label=Text("Work in seconds", "مدت کار (ثانیه)"),
    help=Text("How long each thread sleeps as its work.", "هر نخ به جای کار چند ثانیه می‌خوابد."),
    default=0.2,
    minimum=0,
    maximum=1,
)


def one_work(values: Values) -> float:
    return float(values["work_seconds"])


def works_in_a_row(values: Values) -> float:
    return threads(values) * one_work(values)


def calls_in_a_row(values: Values) -> float:
    return threads(values) * CALL_SECONDS


all_started = Claim(
    Text("as many threads were started as asked for", "درست به تعداد خواسته‌شده نخ آغاز شد"),
    started_workers(threads),
)

topic = Topic(
    title=Text("Defining a thread", "تعریف نخ"),
    summary=Text(
        "Start all threads, then join them all; and what happens otherwise.",
        "اول همهٔ نخ‌ها را آغاز کنید، بعد منتظر همه بمانید؛ وگرنه چه می‌شود؟",
    ),
    chapter="threads",
    order=1,
    demos=(
        Demo(
            slug="start-all-then-join",
            title=Text("Start all, then join all", "اول آغاز همه، بعد join همه"),
            watch=Text(
                "Expect one line from each thread, each number once, all in one process. Most runs "
                "show the numbers in the order of starting, but nothing guarantees it.",
                "از هر نخ یک خط می‌بینید و هر شماره درست یک بار می‌آید، همه در یک فرایند. شماره‌ها "
                "بیشتر وقت‌ها به ترتیب آغازند، ولی هیچ چیزی این ترتیب را تضمین نمی‌کند.",
            ),
            ideal=Ideal(
                lambda values: 0,
                Text(
                    "The threads neither sleep nor compute: all that is measured is the cost of "
                    "starting, switching and ending them.",
                    "نخ‌ها نه می‌خوابند و نه محاسبه‌ای دارند: هرچه اندازه گرفته می‌شود هزینهٔ آغاز "
                    "نخ‌ها، تعویض میان آن‌ها و پایان‌شان است.",
                ),
            ),
            outcome=DemoOutcome(
                Text("order of the threads' lines", "ترتیب خط‌های نخ‌ها"), order_of(MY_FUNC)
            ),
            beside=(
                Pair(
                    title=Text("Threads, or processes", "نخ‌ها یا فرایندها"),
                    other="spawn-a-process/start-all-then-join",
                    look=Text(
                        "Five calls, in threads and in processes. The threads live within one "
                        "process; each child process has a pid and a memory of its own, and takes "
                        "longer to start. Both do next to nothing, so the time that you see is "
                        "the cost of starting and joining.",
                        "پنج فراخوانی، یک بار در نخ‌ها و یک بار در فرایندها. نخ‌ها درون یک "
                        "فرایندند؛ هر فرایند فرزند pid و حافظهٔ خودش را دارد و آغازش بیشتر طول "
                        "می‌کشد. هیچ‌کدام تقریباً کاری نمی‌کند؛ زمانی که می‌بینید هزینهٔ آغاز و "
                        "join است.",
                    ),
                    values={"thread_count": 5},
                    other_values={"num": 4},
                ),
            ),
            parameters=(thread_count(5),),
            claims=(
                Claim(
                    Text("every number came exactly once", "هر شماره درست یک بار آمد"),
                    printed_once_each(MY_FUNC, lambda values: range(threads(values))),
                ),
                all_started,
                every_thread_ended,
                Claim(
                    Text("all threads ran in one process", "همهٔ نخ‌ها در یک فرایند بودند"),
                    ran_in_one_process(),
                ),
            ),
            observations=(
                Claim(
                    Text("the lines came in the order of starting", "خط‌ها به ترتیب آغاز آمدند"),
                    printed_ascending(MY_FUNC),
                ),
                Claim(
                    Text(
                        "at least two threads were alive at once",
                        "دست‌کم دو نخ هم‌زمان زنده بودند",
                    ),
                    lived_together(),
                ),
            ),
        ),
        Demo(
            slug="join-inside-the-loop",
            title=Text("Join inside the loop", "join داخل حلقه"),
            watch=Text(
                "Look at the order: begin, end, begin, end. No two threads ever run at the same time, and the "
                "whole takes threads × work, as it would without threads.",
                "به ترتیب خط‌ها نگاه کنید: شروع، پایان، شروع، پایان. هیچ دو نخی هم‌زمان اجرا نمی‌شوند و کل برنامه به "
                "اندازهٔ «تعداد نخ‌ها × مدت کار» طول می‌کشد؛ درست مثل وقتی که نخی در کار نباشد.",
            ),
            ideal=Ideal(
                works_in_a_row,
                Text(
                    "Threads × work, since each waits for the one before it. Started together, they "
                    "would need one work only.",
                    "تعداد نخ‌ها × مدت کار، چون هر نخ منتظر نخ قبلی است. اگر با هم آغاز می‌شدند، فقط "
                    "به اندازهٔ یک کار طول می‌کشید.",
                ),
            ),
            outcome=DemoOutcome(
                Text("threads alive at once, at most", "بیشترین تعداد نخ‌هایی که هم‌زمان زنده بودند"),
                most_alive(),
            ),
            beside=(
                Pair(
                    title=Text("Join inside the loop, or after it", "join درون حلقه یا پس از آن"),
                    other="thread-subclass/sleep-inside-run",
                    look=Text(
                        "Three threads, one second each. Joined inside the loop, each is over "
                        "before the next one begins: three seconds. All started first and joined "
                        "afterwards, they sleep side by side: one second.",
                        "سه نخ، هر کدام یک ثانیه. با join درون حلقه هر نخ پیش از آغاز بعدی تمام "
                        "می‌شود: سه ثانیه. اگر اول همه آغاز شوند و بعد join بیاید، کنار هم "
                        "می‌خوابند: یک ثانیه.",
                    ),
                    values={"thread_count": 3, "work_seconds": 1.0},
                    other_values={"thread_count": 3, "sleep_seconds": 1.0},
                ),
            ),
            parameters=(thread_count(5), work_seconds),
            trap=True,
            claims=(
                Claim(
                    Text(
                        "never were two of the threads alive at once",
                        "هیچ‌گاه دو تا از نخ‌ها هم‌زمان زنده نبودند",
                    ),
                    lived_at_once(1),
                ),
                Claim(
                    Text(
                        "each thread ended before the next one began",
                        "هر نخ پیش از شروع نخ بعدی تمام شد",
                    ),
                    printed_in_pairs(BEGINS, ENDS),
                ),
                all_started,
                every_thread_ended,
                Claim(
                    Text(
                        "the run took about threads × work",
                        "زمان اجرا حدود «تعداد نخ‌ها × مدت کار» بود",
                    ),
                    took_about(works_in_a_row),
                ),
            ),
        ),
        Demo(
            slug="forgot-to-join",
            title=Text("Forgot to join", "فراموش کردن join"),
            watch=Text(
                "Main says goodbye with no result in hand, while the threads are still at work. "
                "Yet the program does not end before they do.",
                "نخ اصلی دست خالی خداحافظی می‌کند، در حالی که نخ‌ها هنوز سر کارند. با این همه برنامه "
                "پیش از پایان آن‌ها تمام نمی‌شود.",
            ),
            ideal=Ideal(
                one_work,
                Text(
                    "One work: the threads sleep at the same time, and the interpreter waits for "
                    "them before it exits.",
                    "به اندازهٔ یک کار: نخ‌ها هم‌زمان می‌خوابند و مفسر پیش از خروج منتظر آن‌ها می‌ماند.",
                ),
            ),
            outcome=DemoOutcome(
                Text("results that main counted", "تعداد نتیجه‌هایی که نخ اصلی شمرد"),
                printed_number(r"^main: (\d+) of "),
            ),
            parameters=(thread_count(3), work_seconds),
            trap=True,
            claims=(
                Claim(
                    Text(
                        "main's last line came before the last line of every thread (for work of "
                        "0.2 s or more)",
                        "آخرین خط نخ اصلی پیش از آخرین خط همهٔ نخ‌ها آمد (برای کار ۰٫۲ ثانیه‌ای یا بیشتر)",
                    ),
                    where(
                        lambda values: one_work(values) >= SURELY_LATER,
                        printed_in_order(r"^main: ", ENDS),
                    ),
                    margin=one_work,
                ),
                all_started,
                every_thread_ended,
                Claim(
                    Text("the run took about one work", "زمان اجرا حدود یک کار بود"),
                    took_about(one_work),
                ),
            ),
        ),
        Demo(
            slug="call-instead-of-target",
            title=Text(
                "Calling the function instead of passing it", "فراخوانی تابع به جای دادن آن"
            ),
            watch=Text(
                "Read which thread each line comes from: MainThread, every time. The new threads "
                "are started, and have nothing to do.",
                "ببینید هر خط را کدام نخ چاپ کرده است: همیشه MainThread. نخ‌های تازه آغاز می‌شوند، ولی "
                "کاری برای انجام دادن ندارند.",
            ),
            ideal=Ideal(
                calls_in_a_row,
                Text(
                    "Threads × 0.2 s: the main thread does all calls itself, one after the other.",
                    "تعداد نخ‌ها × ۰٫۲ ثانیه: نخ اصلی همهٔ فراخوانی‌ها را خودش یکی پس از دیگری انجام می‌دهد.",
                ),
            ),
            outcome=DemoOutcome(
                Text("which thread ran the calls", "کدام نخ فراخوانی‌ها را اجرا کرد"), printers()
            ),
            parameters=(thread_count(3),),
            trap=True,
            next="start-all-then-join",
            claims=(
                Claim(
                    Text("every line came from MainThread", "همهٔ خط‌ها را MainThread چاپ کرد"),
                    every_line_from("MainThread"),
                ),
                Claim(
                    Text("every call was made exactly once", "هر فراخوانی درست یک بار انجام شد"),
                    printed_once_each(r"^work (\d+) runs", lambda values: range(threads(values))),
                ),
                all_started,
                Claim(
                    Text(
                        "the run took about the sum of the calls",
                        "زمان اجرا حدود جمع فراخوانی‌ها بود",
                    ),
                    took_about(calls_in_a_row),
                ),
            ),
        ),
    ),
)
