"""Topic 9: what a process is called, who knows that name, and what identifies it for certain."""

import re
from itertools import pairwise

from webapp.engine.recording import Recording
from webapp.lessons.claims import Claim, judged, where
from webapp.lessons.common import every_child_ended, forked, start_method
from webapp.lessons.measures import Share, Values, derived
from webapp.lessons.measures.printed.lines import printed, printed_once_each, printed_word
from webapp.lessons.measures.printed.order import (
    order_of,
    printed_after,
    printed_in_order,
    printed_sequence,
)
from webapp.lessons.measures.timing import took_about
from webapp.lessons.measures.workers import exited_with, had_one_parent, ran_processes
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Float, Integer
from webapp.lessons.text import Text
from webapp.lessons.topic import Demo, Ideal, Topic

STARTING = r"^Starting process name = (.+)$"
EXITING = r"^Exiting process name = (.+)$"
LEVEL = r"^level (\d+): "
NUMBERS = r"^level \d+: \w*Process-([\d:]+), "
FAMILY = re.compile(r"^level \d+: .*process ID (\d+), parent (\w+), system's parent (\d+)$")
CHILD_BEFORE = r"^child: I am called old name$"
CHILD_AFTER = r"^child: now I am called new name$"
PARENT_BEFORE = r"^parent, before: the child is called old name$"
PARENT_AFTER = r"^parent, after: the child is called old name$"

stay_seconds = Float(
    name="stay_seconds",
    label=Text("Stay in seconds", "مدت ماندن (ثانیه)"),
    help=Text(
        "How long each process sleeps between its two lines.",
        "هر فرایند میان دو خط خود چند ثانیه می‌خوابد.",
    ),
    default=0.5,
    minimum=0,
    maximum=3,
)

depth = Integer(
    name="depth",
    label=Text("Generations", "تعداد نسل‌ها"),
    help=Text(
        "1: a child; 2: a child and its child; 3: one more.",
        "۱: یک فرزند؛ ۲: فرزند و فرزندِ او؛ ۳: یک نسل دیگر هم.",
    ),
    default=2,
    minimum=1,
    maximum=3,
)


def names(values: Values) -> list[str]:
    return ["myFunc process", "Process-2"]


def generations(values: Values) -> int:
    return int(values["depth"])


def numbers(values: Values) -> list[str]:
    return [":".join("1" * level) for level in range(1, generations(values) + 1)]


def one_stay(values: Values) -> float:
    return float(values["stay_seconds"])


def a_server_forks(values: Values) -> bool:
    return bool(values["start_method"] == "forkserver")


def family(recording: Recording) -> list[tuple[str, str, str]]:
    """The pid, the parent and the system's parent that each generation printed, oldest first."""
    found = (FAMILY.search(line.text) for line in recording.lines)
    return [(one[1], one[2], one[3]) for one in found if one]


def parents_above(recording: Recording, values: Values) -> Share:
    """How many printed as their parent the pid that the generation before them printed."""
    right = sum(parent == pid for (pid, _, _), (_, parent, _) in pairwise(family(recording)))
    return Share(right, generations(values))


def children_of_both(recording: Recording, values: Values) -> Share:
    """How many children's parent is the system's parent, too: `os.getppid()`."""
    children = family(recording)[1:]
    return Share(sum(parent == system for _, parent, system in children), len(children))


same_parents = derived(children_of_both, lambda same: same.part)

each_parent_is_the_pid_above = judged(parents_above, lambda right, values: right.complete)

# By forkserver no child's is.
the_system_agrees_unless_a_server_forks = judged(
    children_of_both,
    lambda same, values: (
        same.whole > 0 and same.part == (0 if a_server_forks(values) else same.whole)
    ),
)


topic = Topic(
    title=Text("Naming a process", "نام‌گذاری فرایند"),
    summary=Text(
        "Give processes names, see the names that Python gives, and tell a name from a pid.",
        "به فرایندها نام بدهید، نام‌هایی را که خود پایتون می‌دهد ببینید و فرق نام و pid را بشناسید.",
    ),
    chapter="processes",
    order=9,
    demos=(
        Demo(
            slug="named-and-default",
            title=Text("A chosen name and a default one", "نام دلخواه و نام پیش‌فرض"),
            watch=Text(
                "Each process prints its own name when it starts and when it exits. Look at the "
                "number in the default name: why 2?",
                "هر فرایند هنگام شروع و هنگام خروج نام خودش را چاپ می‌کند. به عدد نام پیش‌فرض نگاه "
                "کنید: چرا ۲؟",
            ),
            ideal=Ideal(
                one_stay,
                Text(
                    "One stay, since the two processes sleep side by side; starting and ending them "
                    "is added.",
                    "به اندازهٔ یک بار ماندن، چون دو فرایند هم‌زمان می‌خوابند؛ هزینهٔ آغاز و پایان آن‌ها هم "
                    "افزوده می‌شود.",
                ),
            ),
            outcome=DemoOutcome(
                Text("order of the starting lines", "ترتیب خط‌های Starting"), order_of(STARTING)
            ),
            parameters=(stay_seconds, start_method),
            claims=(
                Claim(
                    Text(
                        "each of the two names started exactly once",
                        "هر یک از دو نام درست یک بار شروع کرد",
                    ),
                    printed_once_each(STARTING, names),
                ),
                Claim(
                    Text(
                        "each of the two names exited exactly once",
                        "هر یک از دو نام درست یک بار خارج شد",
                    ),
                    printed_once_each(EXITING, names),
                ),
                Claim(
                    Text(
                        "each exited after it had started",
                        "خروج هر کدام پس از شروع همان فرایند بود",
                    ),
                    printed_after(EXITING, STARTING),
                ),
                Claim(
                    Text(
                        "two pids besides the main process's",
                        "دو pid، جدا از pid فرایند اصلی، در کار بود",
                    ),
                    ran_processes(lambda values: 3),
                ),
                Claim(
                    Text("the main process started both", "هر دو را فرایند اصلی آغاز کرد"),
                    had_one_parent(),
                ),
                every_child_ended,
                Claim(
                    Text("both left exit code 0", "کد خروج هر دو ۰ بود"),
                    exited_with(lambda values: [0, 0]),
                ),
                Claim(
                    Text(
                        "by fork, the run took about one stay",
                        "با fork، زمان اجرا حدود یک ماندن بود",
                    ),
                    # By the others it is the start of whole interpreters too.
                    where(forked, took_about(one_stay)),
                ),
            ),
            observations=(
                Claim(
                    Text(
                        "the starting lines came in the order of the start() calls",
                        "خط‌های Starting به ترتیب فراخوانی start() آمدند",
                    ),
                    printed_sequence(STARTING, names),
                ),
                Claim(
                    Text(
                        "both had started before the first exited",
                        "پیش از خروج اولی، هر دو شروع کرده بودند",
                    ),
                    printed_in_order(STARTING, EXITING),
                ),
            ),
        ),
        Demo(
            slug="pids-and-parents",
            title=Text("Process IDs and parents", "شناسهٔ فرایند و والد آن"),
            watch=Text(
                "In each line, parent is the process ID of the line above. Then choose forkserver, "
                "and compare parent with the system's parent.",
                "در هر خط، parent همان شناسهٔ فرایندِ (process ID) خط بالایی است. بعد forkserver را "
                "انتخاب کنید و parent را با system's parent بسنجید.",
            ),
            ideal=Ideal(
                lambda values: 0,
                Text(
                    "One line for each process: all the time goes into starting and ending them, one "
                    "inside the other. By forkserver each generation even starts a server of its own.",
                    "هر فرایند فقط یک خط چاپ می‌کند: همهٔ زمان صرف آغاز و پایان فرایندها می‌شود که یکی درون "
                    "دیگری است. با forkserver هر نسل حتی سرور خودش را راه می‌اندازد.",
                ),
            ),
            outcome=DemoOutcome(
                Text(
                    "children of whom the system names the same parent",
                    "تعداد فرزندهایی که سیستم‌عامل هم همان والد را برایشان می‌گوید",
                ),
                same_parents,
            ),
            parameters=(depth, start_method),
            claims=(
                Claim(
                    Text(
                        "one line from each generation, the main process being level 0",
                        "از هر نسل یک خط آمد؛ فرایند اصلی نسل ۰ است",
                    ),
                    printed_once_each(LEVEL, lambda values: range(generations(values) + 1)),
                ),
                Claim(
                    Text(
                        "the parent of each is the pid above it",
                        "والد هر فرایند همان pid خط بالایی است",
                    ),
                    each_parent_is_the_pid_above,
                ),
                Claim(
                    Text(
                        "the system names the same parent; by forkserver in no child",
                        "سیستم‌عامل هم همان والد را می‌گوید؛ با forkserver در هیچ فرزندی",
                    ),
                    the_system_agrees_unless_a_server_forks,
                ),
                Claim(
                    Text(
                        "each default name is numbered after its parent's",
                        "شمارهٔ هر نام پیش‌فرض دنبالهٔ شمارهٔ والدش است",
                    ),
                    printed_sequence(NUMBERS, numbers),
                ),
                Claim(
                    Text(
                        "as many processes as generations, and the main one",
                        "به تعداد نسل‌ها فرایند بود، به اضافهٔ فرایند اصلی",
                    ),
                    ran_processes(lambda values: generations(values) + 1),
                ),
                every_child_ended,
            ),
        ),
        Demo(
            slug="renamed-inside",
            title=Text("A child renames itself", "فرزندی که نام خود را عوض می‌کند"),
            watch=Text(
                "The child sees its new name. The parent asks its own object for the child's name, "
                "before and after, and hears the old one twice.",
                "فرزند نام تازهٔ خودش را می‌بیند. والد پیش و پس از آن نام فرزند را از شیء خودش می‌پرسد و هر "
                "دو بار نام قدیمی را می‌شنود.",
            ),
            ideal=Ideal(
                lambda values: 0,
                Text(
                    "Four lines: all the time goes into starting and ending one child.",
                    "چهار خط چاپ: همهٔ زمان صرف آغاز و پایان یک فرزند می‌شود.",
                ),
            ),
            outcome=DemoOutcome(
                Text(
                    "what the parent calls the child afterwards",
                    "نامی که والد در پایان برای فرزند می‌شناسد",
                ),
                printed_word(r"^parent, after: the child is called (.+)$"),
            ),
            parameters=(start_method,),
            claims=(
                Claim(
                    Text("the child saw its new name", "فرزند نام تازهٔ خود را دید"),
                    printed_in_order(CHILD_BEFORE, CHILD_AFTER),
                ),
                Claim(
                    Text(
                        "the parent's object still had the old name",
                        "شیء والد همچنان نام قدیمی را داشت",
                    ),
                    printed(PARENT_AFTER),
                ),
                Claim(
                    Text(
                        "the parent looked before the child began and after it was done",
                        "والد یک بار پیش از شروع فرزند و یک بار پس از پایان آن نگاه کرد",
                    ),
                    printed_in_order(PARENT_BEFORE, CHILD_BEFORE, CHILD_AFTER, PARENT_AFTER),
                ),
                Claim(
                    Text("there were two processes", "دو فرایند در کار بود"),
                    ran_processes(lambda values: 2),
                ),
                every_child_ended,
            ),
        ),
    ),
)
