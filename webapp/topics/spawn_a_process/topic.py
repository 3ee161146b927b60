"""Topic 8: what a process is, how it is started, and what it does not share."""

from webapp.lessons.claims import Claim, where
from webapp.lessons.common import a_pid_each, every_child_ended, one_parent, start_method
from webapp.lessons.measures import Values
from webapp.lessons.measures.printed.lines import (
    printed,
    printed_alike,
    printed_once_each,
    printed_word,
)
from webapp.lessons.measures.printed.numbers import below, equals, least, printed_ascending
from webapp.lessons.measures.printed.order import order_of, printed_in_order, printed_in_pairs
from webapp.lessons.measures.timing import took_about
from webapp.lessons.measures.workers import (
    lived_at_once,
    lived_together,
    most_alive,
    ran_processes,
    started_workers,
)
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Float, Integer
from webapp.lessons.text import Text
from webapp.lessons.topic import Demo, Ideal, Pair, Topic

CALLING = r"^calling myFunc from process n°: (\d+)$"
OUTPUT = r"^output from myFunc is :(\d+)$"
BEGINS = r"^process \d+ begins$"
ENDS = r"^process \d+ ends$"
TIMED = r"^(fork|spawn|forkserver): .* took ([\d.]+) ms$"
CHILD = r"^child \d+: items = \['from the child'\]$"
PARENT = r"^parent \d+: items = \[\]$"

last_number = Integer(
    name="num",
    label=Text("Last number", "شمارهٔ آخرین فرایند"),
    help=Text(
        "Processes 0 to this number are started: 4 gives five of them.",
        "فرایندهای ۰ تا این شماره آغاز می‌شوند: با ۴ پنج فرایند دارید.",
    ),
    default=4,
    minimum=0,
    maximum=8,
)

processes_each = Integer(
    name="num",
    label=Text("Processes by each method", "تعداد فرایندها با هر روش"),
    help=Text(
        "How many processes each start method starts.",
        "هر روش آغاز چند فرایند بسازد.",
    ),
    default=3,
    minimum=1,
    maximum=8,
)

work_seconds = Float(
    name="work_seconds",
    label=Text("Work in seconds", "مدت کار (ثانیه)"),
    help=Text(
        "How long each process sleeps as its work.", "هر فرایند به جای کار چند ثانیه می‌خوابد."
    ),
    default=0.2,
    minimum=0,
    maximum=1,
)


def children(values: Values) -> int:
    return int(values["num"]) + 1


def works_in_a_row(values: Values) -> float:
    return children(values) * float(values["work_seconds"])


def children_by_all_methods(values: Values) -> int:
    return 3 * int(values["num"])


def squares(values: Values) -> int:
    return sum(number * number for number in range(1, int(values["num"]) + 1))


distinct_pids = a_pid_each(children)

topic = Topic(
    title=Text("Spawning a process", "ساختن فرایند"),
    summary=Text(
        "Start processes by fork, spawn or forkserver, and see that they share nothing.",
        "فرایندها را با fork، spawn یا forkserver آغاز کنید و ببینید که چیزی مشترک ندارند.",
    ),
    chapter="processes",
    order=8,
    demos=(
        Demo(
            slug="start-all-then-join",
            title=Text("Start all, then join all", "اول آغاز همه، بعد join همه"),
            watch=Text(
                "Process i prints its calling line and then i lines of output. Lines of different "
                "processes may mix; those of one process stay in order.",
                "هر فرایند اول خط calling و بعد به اندازهٔ شماره‌اش خط output چاپ می‌کند. خط‌های "
                "فرایندهای مختلف شاید در هم بیایند، ولی خط‌های هر فرایند به ترتیب می‌مانند.",
            ),
            ideal=Ideal(
                lambda values: 0,
                Text(
                    "The children only print: what is measured is the cost of starting and ending "
                    "them. By spawn that is a fresh interpreter for each.",
                    "فرزندها فقط چاپ می‌کنند: آنچه اندازه گرفته می‌شود هزینهٔ آغاز و پایان آن‌هاست، که "
                    "با spawn برای هر فرزند راه انداختن یک مفسر تازه است.",
                ),
            ),
            outcome=DemoOutcome(
                Text("order of the calling lines", "ترتیب خط‌های calling"), order_of(CALLING)
            ),
            beside=(
                Pair(
                    title=Text("fork, or spawn", "fork یا spawn"),
                    other="spawn-a-process/start-all-then-join",
                    look=Text(
                        "The same five children. A forked one is a copy of its parent and runs at "
                        "once; a spawned one is a fresh interpreter that must start and import "
                        "the program first. Look at the time before a child prints its first "
                        "line.",
                        "همان پنج فرزند. فرزندِ fork رونوشتی از والد است و بی‌درنگ اجرا می‌شود؛ "
                        "فرزندِ spawn مفسری تازه است که باید اول راه بیفتد و برنامه را import "
                        "کند. ببینید تا اولین خط هر فرزند چقدر طول می‌کشد.",
                    ),
                    values={"num": 4, "start_method": "fork"},
                    other_values={"num": 4, "start_method": "spawn"},
                ),
            ),
            parameters=(last_number, start_method),
            claims=(
                Claim(
                    Text(
                        "every process called its function once",
                        "هر فرایند تابعش را یک بار فراخواند",
                    ),
                    printed_once_each(CALLING, lambda values: range(children(values))),
                ),
                Claim(
                    Text(
                        "process i printed i lines of output, from 0 to i − 1",
                        "هر فرایند به اندازهٔ شمارهٔ خود خط output چاپ کرد، از ۰ به بالا",
                    ),
                    # The same j comes from every process after it.
                    printed_once_each(
                        OUTPUT,
                        lambda values: [j for i in range(children(values)) for j in range(i)],
                    ),
                ),
                distinct_pids,
                one_parent,
                every_child_ended,
            ),
            observations=(
                Claim(
                    Text(
                        "the calling lines came in the order of starting",
                        "خط‌های calling به ترتیب آغاز آمدند",
                    ),
                    printed_ascending(CALLING),
                ),
                Claim(
                    Text(
                        "at least two children were alive at once",
                        "دست‌کم دو فرزند هم‌زمان زنده بودند",
                    ),
                    lived_together(),
                ),
            ),
        ),
        Demo(
            slug="join-inside-the-loop",
            title=Text("Join inside the loop", "join داخل حلقه"),
            watch=Text(
                "Begin, end, begin, end: never two children at once, whatever the number of "
                "cores. The whole takes processes × work, and the cost of starting each.",
                "شروع، پایان، شروع، پایان: هیچ‌گاه دو فرزند هم‌زمان نیستند، هر چند هسته که داشته باشید. "
                "کل برنامه «تعداد فرایندها × مدت کار» به اضافهٔ هزینهٔ آغاز هر کدام طول می‌کشد.",
            ),
            ideal=Ideal(
                works_in_a_row,
                Text(
                    "Processes × work, since each waits for the one before it. Starting each of them "
                    "is added: some milliseconds by fork, up to about 0.1 s by spawn.",
                    "تعداد فرایندها × مدت کار، چون هر فرایند منتظر فرایند قبلی است. هزینهٔ آغاز هر کدام "
                    "هم افزوده می‌شود: با fork چند میلی‌ثانیه، با spawn تا حدود ۰٫۱ ثانیه.",
                ),
            ),
            outcome=DemoOutcome(
                Text(
                    "children alive at once, at most",
                    "بیشترین تعداد فرزندهایی که هم‌زمان زنده بودند",
                ),
                most_alive(),
            ),
            beside=(
                Pair(
                    title=Text("Join inside the loop, or after it", "join درون حلقه یا پس از آن"),
                    other="spawn-a-process/start-all-then-join",
                    look=Text(
                        "Here the children have no work, so compare the lanes and not the "
                        "seconds: joined inside the loop, a child begins only when the one before "
                        "it has ended; joined afterwards, the parent goes on starting while they "
                        "live.",
                        "اینجا فرزندها کاری ندارند؛ پس خط‌های زمانی را بسنجید، نه ثانیه‌ها را: با "
                        "join درون حلقه هر فرزند تازه وقتی آغاز می‌شود که قبلی تمام شده باشد؛ با "
                        "join پس از حلقه، والد تا آن‌ها زنده‌اند بقیه را آغاز می‌کند.",
                    ),
                    values={"num": 4, "work_seconds": 0.0},
                    other_values={"num": 4},
                ),
            ),
            parameters=(last_number, work_seconds, start_method),
            trap=True,
            claims=(
                Claim(
                    Text(
                        "never were two children alive at once",
                        "هیچ‌گاه دو فرزند هم‌زمان زنده نبودند",
                    ),
                    lived_at_once(1),
                ),
                Claim(
                    Text(
                        "each child ended before the next one began",
                        "هر فرزند پیش از شروع فرزند بعدی تمام شد",
                    ),
                    printed_in_pairs(BEGINS, ENDS),
                ),
                distinct_pids,
                one_parent,
                every_child_ended,
                Claim(
                    Text(
                        "by fork, the run took about processes × work",
                        "با fork، زمان اجرا حدود «تعداد فرایندها × مدت کار» بود",
                    ),
                    # What the others add is the start of whole interpreters, too much to ignore.
                    where(
                        lambda values: values["start_method"] == "fork", took_about(works_in_a_row)
                    ),
                ),
            ),
        ),
        Demo(
            slug="start-methods",
            title=Text(
                "fork, spawn, forkserver: the same work", "fork، spawn و forkserver: یک کار، سه روش"
            ),
            watch=Text(
                "Three equal sums and three different times. The work is next to nothing, so each "
                "time is the price of starting processes that way.",
                "سه حاصل‌جمع یکسان و سه زمان متفاوت. خود کار تقریباً هیچ است، پس هر زمان بهای آغاز "
                "فرایندها با همان روش است.",
            ),
            ideal=Ideal(
                lambda values: 0,
                Text(
                    "Squaring a number costs nothing to speak of: the whole time goes into starting "
                    "processes, fresh interpreters by spawn, and one more for the fork server.",
                    "توان دو گرفتن هزینه‌ای ندارد: همهٔ زمان صرف آغاز فرایندها می‌شود؛ با spawn برای هر "
                    "فرزند یک مفسر تازه، و برای سرور forkserver هم یکی.",
                ),
            ),
            outcome=DemoOutcome(
                Text("the quickest start method", "سریع‌ترین روش آغاز"), least(TIMED)
            ),
            parameters=(processes_each,),
            claims=(
                Claim(
                    Text("the three methods agree on the sum", "هر سه روش یک حاصل‌جمع دادند"),
                    printed_alike(r": sum (\d+), "),
                ),
                Claim(
                    Text("the sum is right", "حاصل‌جمع درست است"),
                    equals(r": sum (\d+), ", squares),
                ),
                Claim(
                    Text("the time of each method was printed", "زمان هر روش چاپ شد"),
                    printed(TIMED, lambda values: 3),
                ),
                Claim(
                    Text(
                        "each method started as many processes as asked for",
                        "هر روش درست به تعداد خواسته‌شده فرایند آغاز کرد",
                    ),
                    started_workers(children_by_all_methods),
                ),
                every_child_ended,
            ),
            observations=(
                Claim(
                    Text("fork was quicker than spawn", "fork سریع‌تر از spawn بود"),
                    below(r"^fork: .* ([\d.]+) ms$", r"^spawn: .* ([\d.]+) ms$"),
                ),
                Claim(
                    Text("forkserver was quicker than spawn", "forkserver سریع‌تر از spawn بود"),
                    below(r"^forkserver: .* ([\d.]+) ms$", r"^spawn: .* ([\d.]+) ms$"),
                ),
            ),
        ),
        Demo(
            slug="globals-are-not-shared",
            title=Text("Globals are not shared", "متغیرهای سراسری مشترک نیستند"),
            watch=Text(
                "The child appends to items and sees its entry. The parent prints the same name "
                "afterwards, and its list is still empty.",
                "فرزند چیزی به فهرست items می‌افزاید و آن را می‌بیند. بعد والد همان نام را چاپ می‌کند و فهرست "
                "خودش هنوز خالی است.",
            ),
            ideal=Ideal(
                lambda values: 0,
                Text(
                    "One append and two lines: all the time goes into starting and ending one child.",
                    "یک append و دو خط چاپ: همهٔ زمان صرف آغاز و پایان یک فرزند می‌شود.",
                ),
            ),
            outcome=DemoOutcome(
                Text("what the parent found in its list", "آنچه والد در فهرست خود یافت"),
                printed_word(r"^parent \d+: items = (.+)$"),
            ),
            parameters=(start_method,),
            trap=True,
            claims=(
                Claim(
                    Text("the child saw its own entry", "فرزند افزودهٔ خودش را دید"),
                    printed(CHILD),
                ),
                Claim(
                    Text("the parent's list was still empty", "فهرست والد هنوز خالی بود"),
                    printed(PARENT),
                ),
                Claim(
                    Text(
                        "the parent looked after the child was done",
                        "والد پس از پایان فرزند نگاه کرد",
                    ),
                    printed_in_order(CHILD, PARENT),
                ),
                Claim(
                    Text("there were two processes", "دو فرایند در کار بود"),
                    ran_processes(lambda values: 2),
                ),
                one_parent,
                every_child_ended,
            ),
        ),
    ),
)
