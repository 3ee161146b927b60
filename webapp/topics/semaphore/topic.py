"""Topic 6: a counter that threads may wait for, as a signal and as a limit."""

from webapp.lessons.claims import Claim, where
from webapp.lessons.measures import Values
from webapp.lessons.measures.printed.lines import (
    printed,
    printed_distinct,
    printed_exactly_when,
    printed_once_each,
)
from webapp.lessons.measures.printed.numbers import at_most, equals, printed_number
from webapp.lessons.measures.printed.order import order_of, printed_after, printed_sequence
from webapp.lessons.measures.timing import took_about, took_at_least
from webapp.lessons.measures.waiting import held_at_once, waited_for
from webapp.lessons.measures.workers import every_worker_ended
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Float, Integer
from webapp.lessons.text import Text
from webapp.lessons.topic import Demo, Ideal, Pair, Topic

PRODUCED = r"INFO Producer notify: item number (\d+)$"
CONSUMED = r"INFO Consumer notify: item number (\d+)$"
CONSUMER = r" (consumer-\d+) INFO Consumer notify"
EITHER = r"INFO (Producer|Consumer) notify"
CONNECTS = r"^worker (\d+) connects$"
DISCONNECTS = r"^worker (\d+) disconnects$"
# All workers have asked for a connection before the first is given back, even on a busy machine.
SURELY_TOGETHER = 0.3
PERMITS = 2

produce_count = Integer(
    name="produce_count",
    label=Text("Items", "تعداد کالاها"),
    help=Text(
        "How many items the producer makes. There are as many consumers; each takes one.",
        "تولیدکننده چند کالا بسازد. تعداد مصرف‌کننده‌ها هم همین است و هر کدام یک کالا برمی‌دارد.",
    ),
    default=3,
    minimum=1,
    maximum=10,
)

pace_seconds = Float(
    name="pace_seconds",
    label=Text("Pace in seconds", "زمان ساخت (ثانیه)"),
    help=Text(
        "Making one item takes a random time between half of this and all of it.",
        "ساخت هر کالا زمانی تصادفی، میان نصف این عدد و خود آن، طول می‌کشد.",
    ),
    default=0.3,
    minimum=0,
    maximum=2,
)

permits = Integer(
    name="permits",
    label=Text("Permits", "تعداد مجوزها"),
    help=Text(
        "The semaphore's first value: how many connections there are.",
        "مقدار آغازین سمافور: چند اتصال وجود دارد.",
    ),
    default=2,
    minimum=1,
    maximum=5,
)

workers = Integer(
    name="workers",
    label=Text("Workers", "تعداد نخ‌ها"),
    help=Text(
        "How many threads want a connection, once each.",
        "چند نخ، هر کدام یک بار، اتصال می‌خواهند.",
    ),
    default=6,
    minimum=1,
    maximum=10,
)

hold_seconds = Float(
    name="hold_seconds",
    label=Text("Hold in seconds", "مدت نگه‌داشتن (ثانیه)"),
    help=Text(
        "How long each worker keeps its connection.",
        "هر نخ اتصال خود را چند ثانیه نگه می‌دارد.",
    ),
    default=0.3,
    minimum=0,
    maximum=1,
)

kind = Choice(
    name="kind",
    label=Text("Type of semaphore", "نوع سمافور"),
    help=Text(
        "Which of the two classes counts the permits.",
        "کدام یک از دو کلاس مجوزها را بشمارد.",
    ),
    default="Semaphore",
    options={
        "Semaphore": Text("Semaphore", "Semaphore"),
        "BoundedSemaphore": Text("BoundedSemaphore", "BoundedSemaphore"),
    },
)


def item_count(values: Values) -> int:
    return int(values["produce_count"])


def pace(values: Values) -> float:
    return float(values["pace_seconds"])


def in_turn(values: Values) -> list[str]:
    return ["Producer", "Consumer"] * item_count(values)


def permit_count(values: Values) -> int:
    return int(values["permits"])


def numbers(values: Values) -> range:
    return range(1, int(values["workers"]) + 1)


def one_hold(values: Values) -> float:
    return float(values["hold_seconds"])


def rounds(values: Values) -> float:
    """The hold, as often as all permits must be handed out for each worker to have one."""
    full_rounds = -(-len(numbers(values)) // permit_count(values))
    return full_rounds * one_hold(values)


def somebody_must_wait(values: Values) -> bool:
    few = permit_count(values) < len(numbers(values))
    return few and one_hold(values) >= SURELY_TOGETHER


def is_bounded(values: Values) -> bool:
    return str(values["kind"]) == "BoundedSemaphore"


def permits_after(values: Values) -> int:
    return PERMITS if is_bounded(values) else PERMITS + 1


topic = Topic(
    title=Text("Thread synchronization with semaphores", "همگام‌سازی نخ‌ها با سمافور"),
    summary=Text(
        "A counter of permits: let at most k threads through, or let one thread tell another that "
        "something is ready.",
        "شمارنده‌ای از مجوزها: راه دادن به حداکثر k نخ، یا خبر دادن یک نخ به دیگری که چیزی آماده است.",
    ),
    chapter="threads",
    order=6,
    demos=(
        Demo(
            slug="producer-consumer",
            title=Text("Producer and consumers", "تولیدکننده و مصرف‌کننده‌ها"),
            watch=Text(
                "All consumers wait from the start. Expect each Producer line to be followed at "
                "once by one Consumer line with the same number.",
                "همهٔ مصرف‌کننده‌ها از همان آغاز منتظرند. پس از هر خط Producer بی‌درنگ یک خط Consumer با "
                "همان شماره می‌آید.",
            ),
            ideal=Ideal(
                lambda values: 0.75 * item_count(values) * pace(values),
                Text(
                    "Items × ¾ of the pace, which is the average of the random times; one run may "
                    "take up to a third less or more. Consuming takes almost no time.",
                    "تعداد کالاها × سه‌چهارم زمان ساخت، که میانگین زمان‌های تصادفی است؛ یک اجرا ممکن "
                    "است تا یک‌سوم کمتر یا بیشتر طول بکشد. مصرف تقریباً زمانی نمی‌برد.",
                ),
            ),
            outcome=DemoOutcome(
                Text("order in which the consumers got an item", "ترتیب رسیدن کالا به مصرف‌کننده‌ها"),
                order_of(CONSUMER),
            ),
            parameters=(produce_count, pace_seconds),
            as_in_report={"pace_seconds": 2.0},
            claims=(
                Claim(
                    Text("every item was produced", "همهٔ کالاها تولید شد"),
                    printed(PRODUCED, item_count),
                ),
                Claim(
                    Text(
                        "as many items were consumed as were produced",
                        "به تعداد کالاهای تولیدشده کالا مصرف شد",
                    ),
                    printed(CONSUMED, item_count),
                ),
                Claim(
                    Text("no item was consumed twice", "هیچ کالایی دو بار مصرف نشد"),
                    printed_distinct(CONSUMED),
                ),
                Claim(
                    Text(
                        "each item was consumed after it was produced",
                        "هر کالا پس از تولیدش مصرف شد",
                    ),
                    printed_after(CONSUMED, PRODUCED),
                ),
                Claim(
                    Text(
                        "producing and consuming came strictly in turn",
                        "تولید و مصرف دقیقاً یک در میان آمدند",
                    ),
                    printed_sequence(EITHER, in_turn),
                ),
                Claim(
                    Text("every thread came to its end", "همهٔ نخ‌ها به پایان رسیدند"),
                    every_worker_ended(),
                ),
                Claim(
                    Text(
                        "the run took at least half the pace for each item",
                        "اجرا به ازای هر کالا دست‌کم نصف زمان ساخت طول کشید",
                    ),
                    took_at_least(lambda values: item_count(values) * pace(values) / 2),
                ),
            ),
            observations=(
                Claim(
                    Text(
                        "consumers had to wait for an item, so many times",
                        "مصرف‌کننده‌ها منتظر کالا ماندند، این تعداد بار",
                    ),
                    waited_for("full"),
                ),
            ),
        ),
        Demo(
            slug="at-most-k-at-once",
            title=Text("At most k at once", "حداکثر k تا هم‌زمان"),
            watch=Text(
                "Six workers share two connections. Expect two to connect at once, the others to "
                "wait for a disconnect, and three rounds of the hold in all.",
                "شش نخ از دو اتصال استفاده می‌کنند. دو نخ بی‌درنگ وصل می‌شوند، بقیه منتظر قطع شدن یک "
                "اتصال می‌مانند و کل اجرا سه نوبت طول می‌کشد.",
            ),
            ideal=Ideal(
                rounds,
                Text(
                    "Workers ÷ permits, rounded up, × hold: so many rounds are needed for everyone "
                    "to have had a connection.",
                    "تعداد نخ‌ها ÷ تعداد مجوزها، گردشده رو به بالا، × مدت نگه‌داشتن: همین تعداد نوبت "
                    "لازم است تا به همه اتصال برسد.",
                ),
            ),
            outcome=DemoOutcome(
                Text(
                    "workers connected at once, at most", "بیشترین تعداد نخ‌هایی که هم‌زمان وصل بودند"
                ),
                printed_number(r"^most at once: (\d+)$"),
            ),
            beside=(
                Pair(
                    title=Text("One permit, or three", "یک مجوز یا سه مجوز"),
                    other="semaphore/at-most-k-at-once",
                    look=Text(
                        "Six workers, 0.3 s each. With one permit they go one by one, six rounds; "
                        "with three permits, three at a time, two rounds. Count how many hold the "
                        "semaphore at once.",
                        "شش نخ، هر کدام ۰٫۳ ثانیه. با یک مجوز یکی‌یکی پیش می‌روند، شش دور؛ با سه "
                        "مجوز سه‌تا سه‌تا، دو دور. بشمارید هم‌زمان چند نخ سمافور را در دست دارند.",
                    ),
                    values={"permits": 1, "workers": 6, "hold_seconds": 0.3},
                    other_values={"permits": 3, "workers": 6, "hold_seconds": 0.3},
                ),
            ),
            parameters=(permits, workers, hold_seconds),
            claims=(
                Claim(
                    Text("every worker connected once", "هر نخ یک بار وصل شد"),
                    printed_once_each(CONNECTS, numbers),
                ),
                Claim(
                    Text("every worker disconnected once", "اتصال هر نخ یک بار قطع شد"),
                    printed_once_each(DISCONNECTS, numbers),
                ),
                Claim(
                    Text(
                        "never were more workers connected than there are permits",
                        "هیچ‌گاه تعداد نخ‌های وصل‌شده از تعداد مجوزها بیشتر نشد",
                    ),
                    at_most(r"^most at once: (\d+)$", permit_count),
                ),
                Claim(
                    Text(
                        "never did more workers hold the semaphore than there are permits",
                        "هیچ‌گاه تعداد نخ‌هایی که سمافور را گرفته بودند از تعداد مجوزها بیشتر نشد",
                    ),
                    held_at_once("connections", permit_count),
                ),
                Claim(
                    Text(
                        "somebody had to wait for a connection (with fewer permits than workers "
                        "and a hold of 0.3 s or more)",
                        "نخی منتظر اتصال ماند (با مجوزهای کمتر از نخ‌ها و نگه‌داشتن ۰٫۳ ثانیه‌ای یا بیشتر)",
                    ),
                    where(somebody_must_wait, waited_for("connections")),
                    margin=one_hold,
                ),
                Claim(
                    Text(
                        "the run took about (workers ÷ permits, rounded up) × hold",
                        "زمان اجرا حدود «(نخ‌ها ÷ مجوزها، رو به بالا) × مدت نگه‌داشتن» بود",
                    ),
                    took_about(rounds),
                ),
            ),
        ),
        Demo(
            slug="released-once-too-often",
            title=Text("Released once too often", "یک بار آزادسازی بیش از حد"),
            watch=Text(
                "The worker takes one of two permits and releases twice. Compare the permits "
                "before and after; then choose BoundedSemaphore.",
                "نخ یکی از دو مجوز را می‌گیرد و دو بار آزاد می‌کند. تعداد مجوزها را پیش و پس از آن بسنجید؛ "
                "بعد BoundedSemaphore را انتخاب کنید.",
            ),
            ideal=Ideal(
                lambda values: 0,
                Text(
                    "Nobody has to wait: what is measured is starting a thread and writing lines.",
                    "هیچ‌کس منتظر نمی‌ماند: زمان اندازه‌گیری‌شده هزینهٔ آغاز یک نخ و نوشتن چند خط است.",
                ),
            ),
            outcome=DemoOutcome(
                Text("permits afterwards", "تعداد مجوزها در پایان"),
                printed_number(r"^permits after: (\d+)$"),
            ),
            parameters=(kind,),
            trap=True,
            claims=(
                Claim(
                    Text("there were 2 permits before", "در آغاز ۲ مجوز وجود داشت"),
                    equals(r"^permits before: (\d+)$", lambda values: PERMITS),
                ),
                Claim(
                    Text(
                        "afterwards a Semaphore has 3 permits, a BoundedSemaphore 2",
                        "پس از آن، Semaphore ۳ مجوز دارد و BoundedSemaphore ۲ مجوز",
                    ),
                    equals(r"^permits after: (\d+)$", permits_after),
                ),
                Claim(
                    Text(
                        "ValueError was raised exactly if the semaphore was bounded",
                        "خطای ValueError درست وقتی رخ داد که سمافور کران‌دار بود",
                    ),
                    printed_exactly_when(r"^worker: ValueError", is_bounded),
                ),
            ),
        ),
    ),
)
