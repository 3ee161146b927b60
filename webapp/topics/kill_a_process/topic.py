"""Topic 11: how a process is ended from outside, and what it can still do about it."""

from math import inf

from webapp.lessons.claims import Claim, where
from webapp.lessons.common import forked, start_method
from webapp.lessons.measures import Values
from webapp.lessons.measures.printed.lines import (
    never_printed,
    printed,
    printed_exactly_when,
    printed_word,
)
from webapp.lessons.measures.printed.numbers import equals
from webapp.lessons.measures.printed.order import printed_in_order
from webapp.lessons.measures.timing import took_about, took_at_least
from webapp.lessons.measures.workers import every_worker_ended, raised
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Float
from webapp.lessons.text import Text
from webapp.lessons.topic import Demo, Ideal, Pair, Topic

BEFORE = r"^Process before execution: <Process name='Primary Process' parent=\d+ initial> False$"
STARTED = r"<Process name='Primary Process' pid=\d+ parent=\d+ started> True$"
RUNNING = rf"^Process running: {STARTED}"
TERMINATED = r"^Process terminated: "
STATE_AFTER = rf"{TERMINATED}<.* (started|stopped exitcode=\S+)> "
STILL_STARTED = rf"{TERMINATED}{STARTED}"
JOINED = (
    r"^Process joined: "
    r"<Process name='Primary Process' pid=\d+ parent=\d+ stopped exitcode=-SIGTERM> False$"
)
EXIT_CODE = r"^Process exit code: (-?\d+)$"
IGNORES = r"^child: ignores SIGTERM$"
AFTER_TERMINATE = r"^after terminate\(\): alive True$"
AFTER_KILL = r"^after kill\(\): alive False$"
CODE = r"^exit code: (-?\d+)$"
AT_WORK = r"^child: at work$"
ENDS = r"^parent: ends the child by \w+$"
FINALLY = r"^child: finally$"
ASKS = r"^parent: asks the child to stop$"
CLEANS_UP = r"^child: cleans up$"
DOES_NOT_LISTEN = r"^parent: it does not listen"
PARENTS_CODE = r"^parent: exit code (-?\d+)$"
PATIENCE = 0.5
# What finally_did_not_run.py leaves its child to come to its wait.
SETTLING = 0.1
"""Seconds that kill_cannot_be_caught.py waits after terminate()."""

CODES = {"terminate": -15, "kill": -9, "SIGINT": 1, "Event": 0}
"""The exit code that each way of ending leaves."""


def duration(maximum: float, help: Text) -> Float:
    return Float(
        name="duration",
        label=Text("Duration in seconds", "مدت (ثانیه)"),
        help=help,
        default=1.0,
        minimum=0,
        maximum=maximum,
    )


how = Choice(
    name="how",
    label=Text("How", "چگونه"),
    help=Text(
        "What the parent does to end the child: terminate() sends SIGTERM, kill() sends SIGKILL, "
        "SIGINT is what Ctrl-C sends, and the Event only asks.",
        "والد برای پایان دادن به فرزند چه کند: terminate() سیگنال SIGTERM می‌فرستد و kill() سیگنال "
        "SIGKILL؛ SIGINT همان است که Ctrl-C می‌فرستد؛ Event فقط درخواست می‌کند.",
    ),
    default="terminate",
    options={
        "terminate": Text("terminate()", "terminate()"),
        "kill": Text("kill()", "kill()"),
        "SIGINT": Text("SIGINT, as by Ctrl-C", "SIGINT، مانند Ctrl-C"),
        "Event": Text("by an Event", "با Event"),
    },
)


def time_given(values: Values) -> float:
    return float(values["duration"])


def python_gets_the_chance(values: Values) -> bool:
    return values["how"] in ("SIGINT", "Event")


def code_left(values: Values) -> int:
    return CODES[str(values["how"])]


def until_the_child_waits(values: Values) -> float:
    """SIGINT alone is lost where it comes before the child waits; the other ways lose nothing."""
    return SETTLING if values["how"] == "SIGINT" else inf


ended_by_sigterm = Claim(
    Text(
        "the exit code is −15: ended by signal 15, SIGTERM",
        "کد خروج ‎−۱۵ است: پایان با سیگنال شمارهٔ ۱۵، یعنی SIGTERM",
    ),
    equals(EXIT_CODE, lambda values: -15),
)
by_fork_took_about_the_duration = Claim(
    Text(
        "by fork, the run took about the duration",
        "با fork، زمان اجرا حدود همان مدت بود",
    ),
    # By the others it is the start of whole interpreters too.
    where(forked, took_about(time_given)),
)

topic = Topic(
    title=Text("Killing a process", "کشتن فرایند"),
    summary=Text(
        "End a process from outside, politely or not, and read in its exit code how it ended.",
        "از بیرون به فرایند پایان دهید، با ملایمت یا بی آن، و چگونگی پایانش را از کد خروج بخوانید.",
    ),
    chapter="processes",
    order=11,
    demos=(
        Demo(
            slug="terminate",
            title=Text("terminate(), step by step", "terminate()، گام به گام"),
            watch=Text(
                "The state goes from initial to started to stopped. Right after terminate() it "
                "is mostly still started: look at that line in several runs.",
                "وضعیت از initial به started و سپس به stopped می‌رسد. درست پس از terminate() اغلب هنوز "
                "started است: این خط را در چند اجرا ببینید.",
            ),
            ideal=Ideal(
                time_given,
                Text(
                    "The duration: the child would sleep for a minute, and is ended then. "
                    "Starting it and burying it is added.",
                    "همان مدت: فرزند می‌خواست یک دقیقه بخوابد و آنگاه به آن پایان داده می‌شود. هزینهٔ آغاز و "
                    "پایان فرایند هم افزوده می‌شود.",
                ),
            ),
            outcome=DemoOutcome(
                Text(
                    "the child's state right after terminate()",
                    "وضعیت فرزند درست پس از terminate()",
                ),
                printed_word(STATE_AFTER),
            ),
            parameters=(
                duration(
                    10,
                    Text(
                        "How long the child may work before it is terminated.",
                        "فرزند پیش از terminate() چند ثانیه فرصت کار دارد.",
                    ),
                ),
                start_method,
            ),
            as_in_report={"duration": 3.0},
            claims=(
                Claim(
                    Text(
                        "before start(): initial, not alive", "پیش از start(): initial و زنده نیست"
                    ),
                    printed(BEFORE),
                ),
                Claim(
                    Text("after start(): started, alive", "پس از start(): started و زنده است"),
                    printed(RUNNING),
                ),
                Claim(
                    Text("after join(): stopped, not alive", "پس از join(): stopped و زنده نیست"),
                    printed(JOINED),
                ),
                Claim(
                    Text("the five lines came in order", "پنج خط به ترتیب آمدند"),
                    printed_in_order(BEFORE, RUNNING, TERMINATED, JOINED, EXIT_CODE),
                ),
                ended_by_sigterm,
                by_fork_took_about_the_duration,
            ),
            observations=(
                Claim(
                    Text(
                        "right after terminate() the child still counted as started and alive",
                        "درست پس از terminate() فرزند هنوز started و زنده به شمار می‌رفت",
                    ),
                    printed(STILL_STARTED),
                ),
            ),
        ),
        Demo(
            slug="kill-cannot-be-caught",
            title=Text("kill() cannot be caught", "kill() چاره ندارد"),
            watch=Text(
                "The child ignores SIGTERM: half a second after terminate() it is still alive. "
                "kill() needs no consent.",
                "فرزند به SIGTERM اعتنا نمی‌کند: نیم ثانیه پس از terminate() هنوز زنده است. kill() به "
                "رضایت او نیازی ندارد.",
            ),
            ideal=Ideal(
                lambda values: PATIENCE,
                Text(
                    "The half second that the parent waits in vain; kill() acts at once. Starting "
                    "the child is added.",
                    "نیم ثانیه‌ای که والد بیهوده منتظر می‌ماند؛ kill() بی‌درنگ اثر می‌کند. هزینهٔ آغاز فرزند هم "
                    "افزوده می‌شود.",
                ),
            ),
            outcome=DemoOutcome(Text("exit code", "کد خروج"), printed_word(CODE)),
            parameters=(start_method,),
            claims=(
                Claim(
                    Text(
                        "the child ignored SIGTERM before it was sent",
                        "فرزند پیش از رسیدن SIGTERM آن را نادیده گرفته بود",
                    ),
                    printed_in_order(IGNORES, AFTER_TERMINATE),
                ),
                Claim(
                    Text("terminate() left it alive", "پس از terminate() زنده ماند"),
                    printed(AFTER_TERMINATE),
                ),
                Claim(
                    Text("kill() did not", "پس از kill() نه"),
                    printed(AFTER_KILL),
                ),
                Claim(
                    Text(
                        "the exit code is −9: ended by signal 9, SIGKILL",
                        "کد خروج ‎−۹ است: پایان با سیگنال شمارهٔ ۹، یعنی SIGKILL",
                    ),
                    equals(CODE, lambda values: -9),
                ),
                Claim(
                    Text(
                        "the run took the half second of waiting, or more",
                        "زمان اجرا همان نیم ثانیه انتظار یا بیشتر بود",
                    ),
                    took_at_least(lambda values: PATIENCE),
                ),
            ),
        ),
        Demo(
            slug="finally-did-not-run",
            title=Text("finally did not run", "finally اجرا نشد"),
            watch=Text(
                "Look for the line child: finally. With terminate and kill it does not come. Then "
                "try SIGINT and Event, and compare the exit codes.",
                "دنبال خط child: finally بگردید. با terminate و kill نمی‌آید. بعد SIGINT و Event را "
                "امتحان کنید و کدهای خروج را بسنجید.",
            ),
            ideal=Ideal(
                lambda values: 0.1,
                Text(
                    "0.1 s, in which the child begins to wait. Its start and its end come on top.",
                    "۰٫۱ ثانیه، تا فرزند به حالت انتظار برود. هزینهٔ آغاز و پایان فرزند هم اضافه می‌شود.",
                ),
            ),
            outcome=DemoOutcome(Text("exit code", "کد خروج"), printed_word(PARENTS_CODE)),
            beside=(
                Pair(
                    title=Text("Terminated, or asked", "پایان دادن یا درخواست کردن"),
                    other="kill-a-process/finally-did-not-run",
                    look=Text(
                        "terminate() ends the child where it stands: its finally block never "
                        "runs, and its exit code is −15. Asked by an Event it leaves by itself, "
                        "tidies up, and its exit code is 0.",
                        "با terminate فرزند همان‌جا که هست پایان می‌یابد: بلوک finally هرگز اجرا "
                        "نمی‌شود و کد خروج ‎−۱۵ است. وقتی با Event از او بخواهند، خودش می‌رود، "
                        "کارهایش را مرتب می‌کند و کد خروجش ۰ است.",
                    ),
                    values={"how": "terminate"},
                    other_values={"how": "Event"},
                ),
            ),
            parameters=(how, start_method),
            trap=True,
            next="polite-stop",
            claims=(
                Claim(
                    Text(
                        "the child was inside its try block before it was ended",
                        "فرزند پیش از پایان داده شدن وارد بلوک try شده بود",
                    ),
                    printed_in_order(AT_WORK, ENDS),
                ),
                Claim(
                    Text(
                        "the line of finally came with SIGINT and Event only",
                        "خط finally فقط با SIGINT و Event آمد",
                    ),
                    printed_exactly_when(FINALLY, python_gets_the_chance),
                    margin=until_the_child_waits,
                ),
                Claim(
                    Text(
                        "the exit code: terminate −15, kill −9, SIGINT 1, Event 0",
                        "کد خروج: terminate ‎−۱۵، kill ‎−۹، SIGINT ۱ و Event ۰",
                    ),
                    equals(PARENTS_CODE, code_left),
                    margin=until_the_child_waits,
                ),
                Claim(
                    Text(
                        "an uncaught KeyboardInterrupt with SIGINT, and else none",
                        "با SIGINT یک KeyboardInterrupt گرفته‌نشده بود و در بقیه هیچ",
                    ),
                    raised("KeyboardInterrupt", lambda values: int(values["how"] == "SIGINT")),
                    margin=until_the_child_waits,
                ),
            ),
        ),
        Demo(
            slug="polite-stop",
            title=Text("A polite stop", "توقف با درخواست"),
            watch=Text(
                "The parent asks by an Event, and the child leaves when it next looks at it. Its "
                "clean-up line comes after the request, and the exit code is 0.",
                "والد با یک Event درخواست می‌کند و فرزند، بار بعد که به آن نگاه کند، می‌رود. خط cleans up "
                "پس از درخواست می‌آید و کد خروج ۰ است.",
            ),
            ideal=Ideal(
                time_given,
                Text(
                    "The duration. Added are the start of the child and the rest of the piece of "
                    "work (0.05 s) that it was at when it was asked.",
                    "همان مدت. هزینهٔ آغاز فرزند و باقی‌ماندهٔ تکه‌کاری (۰٫۰۵ ثانیه) که هنگام درخواست مشغولش "
                    "بود هم افزوده می‌شود.",
                ),
            ),
            outcome=DemoOutcome(Text("exit code", "کد خروج"), printed_word(PARENTS_CODE)),
            parameters=(
                duration(
                    5,
                    Text(
                        "After how long the parent asks the child to stop.",
                        "والد پس از چند ثانیه از فرزند می‌خواهد که بایستد.",
                    ),
                ),
                start_method,
            ),
            claims=(
                Claim(
                    Text(
                        "the child cleaned up, after it was asked to stop",
                        "فرزند پس از درخواست توقف، کارش را جمع و جور کرد",
                    ),
                    printed_in_order(ASKS, CLEANS_UP),
                ),
                Claim(
                    Text("it needed no terminate()", "به terminate() نیازی نشد"),
                    never_printed(DOES_NOT_LISTEN),
                ),
                Claim(
                    Text("it came to its own end", "خودش به پایان کارش رسید"),
                    every_worker_ended(),
                ),
                Claim(
                    Text("the exit code is 0", "کد خروج ۰ است"),
                    equals(PARENTS_CODE, lambda values: 0),
                ),
                Claim(
                    Text("the run took the duration or more", "زمان اجرا همان مدت یا بیشتر بود"),
                    took_at_least(time_given),
                ),
                by_fork_took_about_the_duration,
            ),
        ),
    ),
)
