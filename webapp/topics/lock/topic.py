"""Topic 4: what a lock protects, how much to put inside it, and how it fails to protect."""

from webapp.lessons.claims import Claim, where
from webapp.lessons.common import thread_count, threads
from webapp.lessons.measures import Values
from webapp.lessons.measures.printed.lines import either, printed_exactly_when, printed_once_each
from webapp.lessons.measures.printed.numbers import at_most, equals, printed_number
from webapp.lessons.measures.printed.order import order_of, printed_in_order, printed_in_pairs
from webapp.lessons.measures.timing import took_about
from webapp.lessons.measures.waiting import never_held_together, nobody_waited, slept_together
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Float, Integer
from webapp.lessons.text import Text
from webapp.lessons.topic import Demo, Ideal, Pair, Topic

RUNNING = r"^---> Thread#(\d+) running, belonging to process ID \d+$"
OVER = r"^---> Thread#(\d+) over$"
FINAL = r"^final: (\d+)$"
LOST = r"^lost: (\d+)$"
HOLDER = r"^holder: has the lock$"
SECOND = r"^second: "
SECOND_GOT_IT = r"^second: got the lock"
SECOND_GAVE_UP = r"^second: gave up"
# Ten threads have begun to sleep before the first wakes, even on a busy machine.
SURELY_TOGETHER = 0.3
# Nearer to each other than this, in seconds, a busy machine may turn a release and a timeout round.
TOO_CLOSE = 0.15


sleep_seconds = Float(
    name="sleep_seconds",
    label=Text("Sleep in seconds", "مدت خواب (ثانیه)"),
    help=Text(
        "How long each thread sleeps between its two lines.",
        "هر نخ میان دو خط خود چند ثانیه می‌خوابد.",
    ),
    default=0.5,
    minimum=0,
    maximum=1,
)

increments = Integer(
    name="increments",
    label=Text("Increments of each thread", "تعداد افزایش‌های هر نخ"),
    help=Text(
        "How many times each thread adds one to the counter.",
        "هر نخ چند بار یک واحد به شمارنده می‌افزاید.",
    ),
    default=200,
    minimum=1,
    maximum=2000,
)

window = Choice(
    name="window",
    label=Text("Window", "پنجره"),
    help=Text(
        "What stands between reading the counter and writing it: nothing, a call of a function "
        "that does nothing, or time.sleep(0), which lets another thread run.",
        "میان خواندن شمارنده و نوشتن آن چه باشد: هیچ، فراخوانی تابعی که کاری نمی‌کند، یا "
        "time.sleep(0) که نوبت را به نخ دیگری می‌دهد.",
    ),
    default="yield",
    options={
        "none": Text("nothing (none)", "هیچ (none)"),
        "call": Text("a function call (call)", "فراخوانی تابع (call)"),
        "yield": Text("giving way (yield)", "واگذاری نوبت (yield)"),
    },
)

hold_seconds = Float(
    name="hold_seconds",
    label=Text("Hold in seconds", "مدت نگه‌داشتن قفل (ثانیه)"),
    help=Text("How long the first thread holds the lock.", "نخ اول قفل را چند ثانیه نگه می‌دارد."),
    default=0.5,
    minimum=0,
    maximum=2,
)

timeout_seconds = Float(
    name="timeout_seconds",
    label=Text("Timeout in seconds", "مهلت (ثانیه)"),
    help=Text(
        "How long the second thread waits for the lock at most.",
        "نخ دوم حداکثر چند ثانیه منتظر قفل می‌ماند.",
    ),
    default=0.2,
    minimum=0,
    maximum=2,
)

printing = (thread_count(3), sleep_seconds)
counting = (thread_count(4, maximum=8), increments, window)


def numbers(values: Values) -> range:
    return range(1, threads(values) + 1)


def one_sleep(values: Values) -> float:
    return float(values["sleep_seconds"])


def long_sleep(values: Values) -> bool:
    return one_sleep(values) >= SURELY_TOGETHER


def sleeps_in_a_row(values: Values) -> float:
    return threads(values) * one_sleep(values)


def expected(values: Values) -> int:
    return threads(values) * int(values["increments"])


def some_thread_locks(values: Values) -> bool:
    return threads(values) > 1


def hold(values: Values) -> float:
    return float(values["hold_seconds"])


def patient_enough(values: Values) -> bool:
    return float(values["timeout_seconds"]) > hold(values)


def apart(values: Values) -> float:
    return abs(float(values["timeout_seconds"]) - hold(values))


def clear_case(values: Values) -> bool:
    return apart(values) > TOO_CLOSE


all_running = Claim(
    Text("every thread's running line came exactly once", "خط running هر نخ درست یک بار آمد"),
    printed_once_each(RUNNING, numbers),
)
all_over = Claim(
    Text("every thread's over line came exactly once", "خط over هر نخ درست یک بار آمد"),
    printed_once_each(OVER, numbers),
)
one_holder = Claim(
    Text("never did two threads hold the lock at once", "هیچ‌گاه دو نخ هم‌زمان قفل را نداشتند"),
    never_held_together("lock"),
)
final_at_most_expected = Claim(
    Text("final ≤ expected", "مقدار نهایی از مقدار مورد انتظار بیشتر نشد"),
    at_most(FINAL, expected),
)
lost_of_all = Claim(
    Text("so many updates were lost, of all", "تعداد به‌روزرسانی‌های گم‌شده، از کل"),
    at_most(LOST, expected),
)
final_number = DemoOutcome(Text("final number", "مقدار نهایی"), printed_number(FINAL))
counting_costs_nothing = Ideal(
    lambda values: 0,
    Text(
        "Adding is done in less than a millisecond: what is measured is the cost of starting the "
        "threads and of switching between them, which grows with every yield.",
        "خود جمع‌زدن کمتر از یک میلی‌ثانیه است: هرچه اندازه گرفته می‌شود هزینهٔ آغاز نخ‌ها و تعویض "
        "میان آن‌هاست که با هر واگذاری نوبت بیشتر می‌شود.",
    ),
)
counting_in_turn_costs_nothing = Ideal(
    lambda values: 0,
    Text(
        "Adding is done in less than a millisecond. But with the window yield each increment "
        "gives way while it holds the lock, and these pauses add up; so does watching every "
        "acquire and release.",
        "خود جمع‌زدن کمتر از یک میلی‌ثانیه است. ولی با پنجرهٔ yield هر افزایش در حالی که قفل را "
        "دارد نوبت را واگذار می‌کند و این مکث‌ها روی هم جمع می‌شوند؛ ثبت هر گرفتن و آزاد کردن قفل هم "
        "زمان می‌برد.",
    ),
)

topic = Topic(
    title=Text("Thread synchronization with a lock", "همگام‌سازی نخ‌ها با قفل"),
    summary=Text(
        "One thread at a time: what a lock protects, how much belongs inside it, and how updates "
        "get lost without it.",
        "هر بار فقط یک نخ: قفل از چه محافظت می‌کند، چه چیزی باید داخل آن باشد و بدون آن "
        "به‌روزرسانی‌ها چگونه گم می‌شوند.",
    ),
    chapter="threads",
    order=4,
    demos=(
        Demo(
            slug="lock-around-everything",
            title=Text("A lock around everything", "قفل دور همهٔ کار"),
            watch=Text(
                "Each thread prints, sleeps and prints again, all under one lock. Expect the lines "
                "in pairs, and threads × sleep for the whole.",
                "هر نخ چاپ می‌کند، می‌خوابد و باز چاپ می‌کند، همه زیر یک قفل. خط‌ها جفت‌جفت می‌آیند و "
                "کل اجرا به اندازهٔ «تعداد نخ‌ها × مدت خواب» طول می‌کشد.",
            ),
            ideal=Ideal(
                sleeps_in_a_row,
                Text(
                    "Threads × sleep: whoever sleeps holds the lock, so no two sleeps overlap.",
                    "تعداد نخ‌ها × مدت خواب: هر نخی که خوابیده قفل را دارد، پس هیچ دو خوابی هم‌زمان "
                    "نیست.",
                ),
            ),
            outcome=DemoOutcome(
                Text("order in which the threads got the lock", "ترتیب رسیدن قفل به نخ‌ها"),
                order_of(RUNNING),
            ),
            beside=(
                Pair(
                    title=Text(
                        "Around everything, or around the message",
                        "قفل دور همهٔ کار یا فقط دور پیام",
                    ),
                    other="lock/lock-around-the-message",
                    look=Text(
                        "Three threads sleep one second each. Who sleeps with the lock makes the "
                        "others wait: three seconds. Where the lock is held only for printing, "
                        "the sleeps lie side by side and three seconds turn into one.",
                        "سه نخ، هر کدام یک ثانیه می‌خوابند. هر که با قفل بخوابد بقیه را منتظر "
                        "می‌گذارد: سه ثانیه. وقتی قفل فقط هنگام چاپ در دست باشد، خواب‌ها کنار هم "
                        "می‌افتند و سه ثانیه یک ثانیه می‌شود.",
                    ),
                    values={"thread_count": 3, "sleep_seconds": 1.0},
                    other_values={"thread_count": 3, "sleep_seconds": 1.0},
                ),
            ),
            parameters=printing,
            as_in_report={"sleep_seconds": 1.0},
            claims=(
                all_running,
                Claim(
                    Text(
                        "each running line was followed at once by the same thread's over line",
                        "بلافاصله پس از خط running هر نخ، خط over همان نخ آمد",
                    ),
                    printed_in_pairs(RUNNING, OVER),
                ),
                one_holder,
                Claim(
                    Text(
                        "the run took about threads × sleep",
                        "زمان اجرا حدود «تعداد نخ‌ها × مدت خواب» بود",
                    ),
                    took_about(sleeps_in_a_row),
                ),
            ),
        ),
        Demo(
            slug="lock-around-the-message",
            title=Text("A lock around the message", "قفل فقط دور پیام"),
            watch=Text(
                "Now the lock is held only while a line is printed. Expect all threads to sleep at "
                "the same time, and the whole to take one sleep.",
                "این بار قفل فقط هنگام چاپ یک خط در دست نخ است. همهٔ نخ‌ها هم‌زمان می‌خوابند و کل اجرا "
                "به اندازهٔ یک خواب طول می‌کشد.",
            ),
            ideal=Ideal(
                one_sleep,
                Text(
                    "One sleep: the threads sleep side by side, and printing takes almost no time.",
                    "به اندازهٔ یک خواب: نخ‌ها هم‌زمان می‌خوابند و چاپ کردن تقریباً زمانی نمی‌برد.",
                ),
            ),
            outcome=DemoOutcome(
                Text("order in which the threads were over", "ترتیب پایان نخ‌ها"), order_of(OVER)
            ),
            parameters=printing,
            claims=(
                all_running,
                all_over,
                one_holder,
                Claim(
                    Text(
                        "all threads slept at once (for a sleep of 0.3 s or more)",
                        "همهٔ نخ‌ها هم‌زمان خواب بودند (برای خواب ۰٫۳ ثانیه‌ای یا بیشتر)",
                    ),
                    where(long_sleep, slept_together(threads)),
                    margin=one_sleep,
                ),
                Claim(
                    Text("the run took about one sleep", "زمان اجرا حدود یک خواب بود"),
                    took_about(one_sleep),
                ),
            ),
            observations=(
                Claim(
                    Text(
                        "every running line came before the first over line",
                        "همهٔ خط‌های running پیش از اولین خط over آمدند",
                    ),
                    printed_in_order(RUNNING, OVER),
                ),
            ),
        ),
        Demo(
            slug="lost-update",
            title=Text("Lost update", "به‌روزرسانی گم‌شده"),
            watch=Text(
                "Compare final with expected: with the window yield most updates get lost. Then "
                "try none and call: the usual CPython loses nothing or almost nothing, and no rule "
                "of the language says so.",
                "مقدار نهایی (final) را با مقدار مورد انتظار (expected) بسنجید: با پنجرهٔ yield "
                "بیشتر به‌روزرسانی‌ها گم می‌شوند. بعد none و call را امتحان کنید: در CPython معمولی "
                "هیچ یا تقریباً هیچ گم نمی‌شود، ولی زبان پایتون چنین قولی نداده است.",
            ),
            ideal=counting_costs_nothing,
            outcome=final_number,
            beside=(
                Pair(
                    title=Text("Without a lock, or with one", "بی قفل یا با قفل"),
                    other="lock/lost-update-fixed",
                    look=Text(
                        "Look at the final number, and at what it costs: without the lock the "
                        "counting threads never wait and updates get lost; with it they wait again "
                        "and again, and none is lost.",
                        "مقدار نهایی را ببینید و بهایش را: بی قفل، نخ‌های شمارنده هیچ‌گاه منتظر "
                        "نمی‌مانند و به‌روزرسانی‌ها گم می‌شوند؛ با قفل بارها منتظر می‌مانند و چیزی "
                        "گم نمی‌شود.",
                    ),
                ),
            ),
            parameters=counting,
            trap=True,
            next="lost-update-fixed",
            claims=(
                final_at_most_expected,
                Claim(
                    Text("no thread waited for another", "هیچ نخی منتظر نخ دیگری نماند"),
                    nobody_waited(),
                ),
            ),
            observations=(lost_of_all,),
        ),
        Demo(
            slug="lost-update-fixed",
            title=Text("Lost update, fixed", "درمان به‌روزرسانی گم‌شده"),
            watch=Text(
                "Read, window and write are under one lock now. Whatever the window, final is the "
                "expected number; look at the time for what it costs.",
                "حالا خواندن، پنجره و نوشتن زیر یک قفل‌اند. پنجره هرچه باشد، مقدار نهایی همان مقدار "
                "مورد انتظار است؛ بهای آن را در زمان اجرا ببینید.",
            ),
            ideal=counting_in_turn_costs_nothing,
            outcome=final_number,
            parameters=counting,
            claims=(
                Claim(
                    Text("final = expected", "مقدار نهایی برابر مقدار مورد انتظار شد"),
                    equals(FINAL, expected),
                ),
                one_holder,
            ),
        ),
        Demo(
            slug="one-thread-skips-the-lock",
            title=Text("One thread skips the lock", "یک نخ قفل را نادیده می‌گیرد"),
            watch=Text(
                "All threads but the first one lock before they count. The lock does its work, and "
                "updates are lost all the same.",
                "همهٔ نخ‌ها جز اولی پیش از شمردن قفل را می‌گیرند. قفل کارش را درست انجام می‌دهد و با "
                "این همه به‌روزرسانی‌ها گم می‌شوند.",
            ),
            ideal=counting_in_turn_costs_nothing,
            outcome=final_number,
            parameters=counting,
            trap=True,
            claims=(
                final_at_most_expected,
                Claim(one_holder.text, where(some_thread_locks, one_holder.check)),
            ),
            observations=(lost_of_all,),
        ),
        Demo(
            slug="a-lock-each",
            title=Text("A lock each", "هر نخ با قفل خودش"),
            watch=Text(
                "Every thread locks, but each its own lock. Look for a thread that waits: there is "
                "none. A lock that no other thread can ask for protects nothing.",
                "همهٔ نخ‌ها قفل می‌گیرند، ولی هر کدام قفل خودش را. دنبال نخی بگردید که منتظر بماند: "
                "پیدا نمی‌کنید. قفلی که دست هیچ نخ دیگری به آن نمی‌رسد از چیزی محافظت نمی‌کند.",
            ),
            ideal=counting_costs_nothing,
            outcome=final_number,
            parameters=counting,
            trap=True,
            claims=(
                final_at_most_expected,
                Claim(
                    Text("no thread waited for a lock", "هیچ نخی منتظر قفلی نماند"),
                    nobody_waited(),
                ),
            ),
            observations=(lost_of_all,),
        ),
        Demo(
            slug="try-lock",
            title=Text("A lock with a timeout", "گرفتن قفل با مهلت"),
            watch=Text(
                "The second thread waits for the lock no longer than its timeout. Expect it to "
                "give up, unless the timeout is longer than the hold.",
                "نخ دوم بیش از مهلتش منتظر قفل نمی‌ماند. اگر مهلت از مدت نگه‌داشتن قفل بلندتر نباشد، "
                "منصرف می‌شود.",
            ),
            ideal=Ideal(
                hold,
                Text(
                    "The time for which the first thread holds the lock; the second one waits "
                    "within it, however long its timeout.",
                    "همان مدتی که نخ اول قفل را نگه می‌دارد؛ انتظار نخ دوم، مهلتش هرچه باشد، در دل "
                    "همین مدت است.",
                ),
            ),
            outcome=DemoOutcome(
                Text("what became of the second thread", "سرانجام نخ دوم"),
                either(
                    {
                        SECOND_GOT_IT: Text("it got the lock", "قفل را گرفت"),
                        SECOND_GAVE_UP: Text("it gave up", "منصرف شد"),
                    }
                ),
            ),
            parameters=(hold_seconds, timeout_seconds),
            claims=(
                Claim(
                    Text(
                        "the first thread had the lock before the second one tried",
                        "پیش از تلاش نخ دوم، قفل در دست نخ اول بود",
                    ),
                    printed_in_order(HOLDER, SECOND),
                ),
                Claim(
                    Text(
                        "the second got the lock exactly if timeout > hold (where they are more "
                        "than 0.15 s apart)",
                        "نخ دوم درست وقتی قفل را گرفت که مهلت از مدت نگه‌داشتن بلندتر بود (با فاصلهٔ "
                        "بیش از ۰٫۱۵ ثانیه)",
                    ),
                    where(clear_case, printed_exactly_when(SECOND_GOT_IT, patient_enough)),
                    margin=apart,
                ),
                one_holder,
                Claim(
                    Text(
                        "the run took about as long as the hold",
                        "زمان اجرا حدود مدت نگه‌داشتن قفل بود",
                    ),
                    took_about(hold),
                ),
            ),
        ),
    ),
)
