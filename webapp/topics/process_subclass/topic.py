"""Topic 12: a process as an object of one's own class, and how its result gets home."""

from webapp.lessons.claims import Claim
from webapp.lessons.common import a_pid_each, every_child_ended, one_parent, start_method_for
from webapp.lessons.measures import Values
from webapp.lessons.measures.printed.lines import every_line_from, printed_once_each
from webapp.lessons.measures.printed.numbers import equals, printed_ascending
from webapp.lessons.measures.printed.order import order_of, printed_in_order
from webapp.lessons.measures.workers import lived_together, ran_processes
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Integer
from webapp.lessons.text import Text
from webapp.lessons.topic import Demo, Ideal, Topic

CALLED = r"^called run method by MyProcess-(\d+)$"
ENTRIES = r"^parent: (\d+) entries from \d+ pids$"
PIDS = r"^parent: \d+ entries from (\d+) pids$"
FOUND = r"^parent: (Adder-\d+ found \d+)$"
FINDER = r"^parent: Adder-(\d+) found \d+$"
CHILD_RESULT = r"^child: (Squarer-\d+\.result = \d+)$"
PARENT_RESULT = r"^parent: (Squarer-\d+\.result = None)$"
# What the adder with the least to do adds up: the numbers below this one.
STEP = 200_000


def count_of(default: int, maximum: int) -> Integer:
    return Integer(
        name="count",
        label=Text("Processes", "تعداد فرایندها"),
        help=Text(
            "How many processes of the class are started.",
            "چند فرایند از این کلاس آغاز شود.",
        ),
        default=default,
        minimum=1,
        maximum=maximum,
    )


start_method = start_method_for(
    Text(
        "How a child comes into being: fork copies the process object with its parent, spawn and "
        "forkserver send it over by pickle.",
        "فرزند چگونه پدید می‌آید: در fork شیء فرایند همراه با والد رونوشت می‌شود؛ در spawn و "
        "forkserver با pickle برای فرزند فرستاده می‌شود.",
    )
)


def count(values: Values) -> int:
    return int(values["count"])


def numbers(values: Values) -> range:
    return range(1, count(values) + 1)


def sums(values: Values) -> list[str]:
    """Adder-1 has the most to add, the last one the least."""
    limits = [STEP * steps for steps in range(count(values), 0, -1)]
    return [
        f"Adder-{number} found {limit * (limit - 1) // 2}"
        for number, limit in zip(numbers(values), limits, strict=True)
    ]


distinct_pids = a_pid_each(count)

topic = Topic(
    title=Text("Defining processes in a subclass", "تعریف فرایند با زیرکلاس"),
    summary=Text(
        "Give Process a run() of your own, and learn why self.result stays in the child.",
        "به Process متد run() خودتان را بدهید و ببینید چرا self.result در فرزند می‌ماند.",
    ),
    chapter="processes",
    order=12,
    demos=(
        Demo(
            slug="named-subclass",
            title=Text("A subclass with names", "زیرکلاس با نام"),
            watch=Text(
                "Expect one line from each process, in any order. At the end the parent counts the "
                "entries that the children left in a manager's list, and their pids.",
                "از هر فرایند یک خط می‌آید، به هر ترتیبی. در پایان والد می‌شمارد که فرزندها چند درایه در "
                "فهرست مدیر (manager) گذاشته‌اند و چند pid در آن است.",
            ),
            ideal=Ideal(
                lambda values: 0,
                Text(
                    "A line and an entry each: the time goes into starting the processes, one more "
                    "of them for the manager. By spawn each is a fresh interpreter.",
                    "هر فرزند یک خط چاپ می‌کند و یک درایه می‌گذارد: زمان صرف آغاز فرایندها می‌شود، که "
                    "یکی بیشتر از فرزندهاست: فرایند مدیر. با spawn برای هر کدام مفسری تازه راه می‌افتد.",
                ),
            ),
            outcome=DemoOutcome(
                Text("order of the processes' lines", "ترتیب خط‌های فرایندها"), order_of(CALLED)
            ),
            parameters=(count_of(10, maximum=20), start_method),
            claims=(
                Claim(
                    Text(
                        "one line came from each process of the class",
                        "از هر فرایند این کلاس درست یک خط آمد",
                    ),
                    printed_once_each(CALLED, numbers),
                ),
                Claim(
                    Text(
                        "the manager's list held one entry for each",
                        "در فهرست مدیر برای هر کدام یک درایه بود",
                    ),
                    equals(ENTRIES, count),
                ),
                Claim(
                    Text(
                        "the entries came from as many different pids",
                        "درایه‌ها از همین تعداد pid متفاوت رسیدند",
                    ),
                    equals(PIDS, count),
                ),
                Claim(
                    Text(
                        "there were two more processes: the parent and the manager",
                        "دو فرایند دیگر هم در کار بود: والد و مدیر",
                    ),
                    ran_processes(lambda values: count(values) + 2),
                ),
                Claim(
                    Text(
                        "the parent counted after the last line of a child",
                        "والد پس از آخرین خط فرزندها شمرد",
                    ),
                    printed_in_order(CALLED, ENTRIES),
                ),
                one_parent,
            ),
            observations=(
                Claim(
                    Text(
                        "the lines came in the order of starting",
                        "خط‌ها به ترتیب آغاز آمدند",
                    ),
                    printed_ascending(CALLED),
                ),
                Claim(
                    Text(
                        "at least two children were alive at once, beside the manager",
                        "دست‌کم دو فرزند، جز مدیر، هم‌زمان زنده بودند",
                    ),
                    lived_together(3),
                ),
            ),
        ),
        Demo(
            slug="result-by-queue",
            title=Text("The result by a queue", "رساندن نتیجه با صف"),
            watch=Text(
                "The first process has the most to add up, the last one the least. The results "
                "arrive as they get ready: in which order, only the run can tell.",
                "فرایند اول بیشترین جمع‌زدن را دارد و آخری کمترین را. هر نتیجه وقتی آماده شد می‌رسد؛ "
                "اینکه به چه ترتیبی، فقط در اجرا معلوم می‌شود.",
            ),
            ideal=Ideal(
                lambda values: 0,
                Text(
                    "Adding takes some thousandths of a second for each step of 200,000: what is "
                    "measured is mainly the cost of starting and ending the processes.",
                    "جمع‌زدن هر ۲۰۰٬۰۰۰ عدد چند هزارم ثانیه زمان می‌برد: آنچه اندازه گرفته می‌شود بیشتر "
                    "هزینهٔ آغاز و پایان فرایندهاست.",
                ),
            ),
            outcome=DemoOutcome(
                Text("order in which the results arrived", "ترتیب رسیدن نتیجه‌ها"), order_of(FINDER)
            ),
            parameters=(count_of(4, maximum=10), start_method),
            claims=(
                Claim(
                    Text(
                        "every result arrived exactly once, and is right",
                        "هر نتیجه درست یک بار رسید و مقدارش درست است",
                    ),
                    printed_once_each(FOUND, sums),
                ),
                Claim(
                    Text("the parent printed them all", "همه را والد چاپ کرد"),
                    every_line_from("MainThread"),
                ),
                distinct_pids,
                one_parent,
                every_child_ended,
            ),
            observations=(
                Claim(
                    Text(
                        "the results arrived in the order of starting",
                        "نتیجه‌ها به ترتیب آغاز رسیدند",
                    ),
                    printed_ascending(FINDER),
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
            slug="attributes-stay-in-the-child",
            title=Text("Attributes stay in the child", "ویژگی‌ها در فرزند می‌مانند"),
            watch=Text(
                "Each child stores its square in self.result and prints it. After join() the "
                "parent reads the same attribute of the same objects, and finds None.",
                "هر فرزند مربع عددش را در self.result می‌گذارد و چاپ می‌کند. بعد از join() والد همان "
                "ویژگی همان شیءها را می‌خواند و None می‌بیند.",
            ),
            ideal=Ideal(
                lambda values: 0,
                Text(
                    "One multiplication each: all the time goes into starting and ending the "
                    "processes.",
                    "هر کدام فقط یک ضرب دارد: همهٔ زمان صرف آغاز و پایان فرایندها می‌شود.",
                ),
            ),
            outcome=DemoOutcome(
                Text("what the parent found", "آنچه والد یافت"),
                order_of(r"^parent: Squarer-\d+\.result = (\w+)$"),
            ),
            parameters=(count_of(3, maximum=10), start_method),
            trap=True,
            next="result-by-queue",
            claims=(
                Claim(
                    Text(
                        "every child saw its own result, and it is right",
                        "هر فرزند نتیجهٔ خودش را دید و درست بود",
                    ),
                    printed_once_each(
                        CHILD_RESULT,
                        lambda values: [f"Squarer-{n}.result = {n * n}" for n in numbers(values)],
                    ),
                ),
                Claim(
                    Text(
                        "none of the parent's objects has a result",
                        "هیچ‌یک از شیءهای والد نتیجه ندارد",
                    ),
                    printed_once_each(
                        PARENT_RESULT,
                        lambda values: [f"Squarer-{n}.result = None" for n in numbers(values)],
                    ),
                ),
                Claim(
                    Text(
                        "the parent looked after every child was done",
                        "والد پس از پایان همهٔ فرزندها نگاه کرد",
                    ),
                    printed_in_order(CHILD_RESULT, PARENT_RESULT),
                ),
                distinct_pids,
                one_parent,
                every_child_ended,
            ),
        ),
    ),
)
