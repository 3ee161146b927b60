"""Topic 13: how items travel between processes, and how a consumer learns that it is done."""

import math
import re
from collections.abc import Callable

from webapp.lessons.claims import Check, Claim, Measured, where
from webapp.lessons.common import forked, start_method
from webapp.lessons.measures import Values
from webapp.lessons.measures.printed.lines import never_printed, printed_once_each, shared_out
from webapp.lessons.measures.printed.numbers import at_most, largest, printed_number
from webapp.lessons.measures.printed.order import printed_in_order, printed_sequence
from webapp.lessons.measures.timing import lasted_at_least, took_about, took_at_least
from webapp.lessons.measures.waiting import never_longer_than, slept_together
from webapp.lessons.measures.workers import every_worker_ended, ran_processes
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Float, Integer
from webapp.lessons.text import Text
from webapp.lessons.topic import Demo, Ideal, Pair, Topic

APPENDED = r"^Process Producer : item (\d+) appended to queue producer-1$"
SIZE = r"^The size of queue is (\d+)$"
POPPED = r"^Process Consumer : item (\d+) popped from by consumer-2$"
EMPTY = r"^the queue is empty$"
PUT = r"^producer: put item (\d+)"
GOT = r"^consumer(?:-\d+)?: got item (\d+)$"
CAME_OUT = r"^(?:consumer: got|parent: found) item (\d+)$"
STOPPED = r"^consumer: the queue is empty, I stop$"
LEFT = r"^parent: (\d+) of \d+ items were left behind$"
CONSUMER_DONE = r"^consumer-(\d+): done, items: \d+$"
SHARE = r"^(consumer-\d+): done, items: (\d+)$"
IDLE = r"^consumer-\d+: done, items: 0$"
PRODUCER_DONE = r"^producer: done after ([\d.]+) s$"
# How long a consumer works on an item, in seconds, where no parameter says so.
WORK = 0.1


def item_count(default: int) -> Integer:
    return Integer(
        name="n",
        label=Text("Items", "تعداد کالاها"),
        help=Text("How many items are produced.", "چند کالا تولید شود."),
        default=default,
        minimum=1,
        maximum=20,
    )


pace_seconds = Float(
    name="pace_seconds",
    label=Text("Pace in seconds", "آهنگ کار (ثانیه)"),
    help=Text(
        "How long the producer rests after each item; the consumer takes twice as long for one.",
        "تولیدکننده پس از هر کالا این‌قدر مکث می‌کند؛ مصرف‌کننده برای هر کالا دو برابر آن وقت می‌گذارد.",
    ),
    default=0.2,
    minimum=0,
    maximum=0.5,
)

consumers = Integer(
    name="consumers",
    label=Text("Consumers", "تعداد مصرف‌کننده‌ها"),
    help=Text(
        "How many processes take items from the one queue.",
        "چند فرایند از همین یک صف کالا بردارند.",
    ),
    default=2,
    minimum=1,
    maximum=4,
)

maxsize = Integer(
    name="maxsize",
    label=Text("Room in the queue", "گنجایش صف"),
    help=Text(
        "How many items may wait in the queue before put() has to wait.",
        "چند کالا در صف جا می‌شود پیش از آنکه put() منتظر بماند.",
    ),
    default=2,
    minimum=1,
    maximum=5,
)


def items(values: Values) -> range:
    return range(1, int(values["n"]) + 1)


def item_total(values: Values) -> int:
    return int(values["n"])


def consumer_count(values: Values) -> int:
    return int(values["consumers"])


def paced_consumption(values: Values) -> float:
    return 2 * item_total(values) * float(values["pace_seconds"])


def shared_work(values: Values) -> float:
    return math.ceil(item_total(values) / consumer_count(values)) * WORK


def work_of_one(values: Values) -> float:
    return item_total(values) * WORK


def wait_for_room(values: Values) -> float:
    """The last put needs room, which the consumer makes as it takes item n − maxsize."""
    return max(0, item_total(values) - int(values["maxsize"]) - 1) * WORK


def of_lines(measure: Callable[[list[str], Values], Measured]) -> Check:
    """A check that needs the texts of the transcript only."""
    return lambda recording, values: measure([line.text for line in recording.lines], values)


def came_out_as_they_went_in(lines: list[str], values: Values) -> Measured:
    """The items were popped in the order in which they were appended, each after it was."""
    appended: list[str] = []
    popped = right = 0
    for line in lines:
        if found := re.search(APPENDED, line):
            appended.append(found.group(1))
        elif found := re.search(POPPED, line):
            right += popped < len(appended) and appended[popped] == found.group(1)
            popped += 1
    total = item_total(values)
    return Measured(len(appended) == popped == right == total, f"{right} / {total}")


def sizes_fit(lines: list[str], values: Values) -> Measured:
    """Each size is what was appended less what was popped, or one less: taken, not yet printed."""
    waiting = right = 0
    sizes: list[str] = []
    for line in lines:
        waiting += bool(re.search(APPENDED, line))
        waiting -= bool(re.search(POPPED, line))
        if found := re.search(SIZE, line):
            sizes.append(found.group(1))
            right += int(found.group(1)) in (waiting - 1, waiting)
    return Measured(len(sizes) == right == item_total(values), " ".join(sizes))


# The producer was not done before the consumer had made room for its last item.
held_up = lasted_at_least(printed_number(PRODUCER_DONE), wait_for_room)

all_ended = Claim(
    Text("every process came to its end", "همهٔ فرایندها تا پایان اجرا شدند"),
    every_worker_ended(),
)
three_processes = Claim(
    Text(
        "there were three processes: parent, producer and consumer",
        "سه فرایند در کار بود: والد، تولیدکننده و مصرف‌کننده",
    ),
    ran_processes(lambda values: 3),
)

topic = Topic(
    title=Text("Using a queue to exchange data", "تبادل داده با صف"),
    summary=Text(
        "Send items from process to process, learn when a consumer may stop, and hold back a "
        "producer that is too fast.",
        "میان فرایندها کالا بفرستید، ببینید مصرف‌کننده کی باید دست بکشد و جلوی تولیدکننده‌ای را "
        "بگیرید که زیادی تند می‌رود.",
    ),
    chapter="processes",
    order=13,
    demos=(
        Demo(
            slug="producer-consumer",
            title=Text("Producer and consumer", "تولیدکننده و مصرف‌کننده"),
            watch=Text(
                "The consumer needs twice as long for an item as the producer, so expect the size "
                "to grow. Items come out in the order in which they went in.",
                "مصرف‌کننده برای هر کالا دو برابر تولیدکننده وقت می‌گذارد، پس صف کم‌کم دراز می‌شود. "
                "کالاها به همان ترتیبی که وارد شده‌اند بیرون می‌آیند.",
            ),
            ideal=Ideal(
                paced_consumption,
                Text(
                    "Items × 2 × pace: the slower of the two sets the time, the other works "
                    "meanwhile. Starting two processes is added.",
                    "تعداد کالاها × ۲ × آهنگ کار: زمان را کندتر تعیین می‌کند و دیگری در همین مدت کار "
                    "خودش را می‌کند. هزینهٔ آغاز دو فرایند هم افزوده می‌شود.",
                ),
            ),
            outcome=DemoOutcome(
                Text("items in the queue, at most", "بیشترین تعداد کالا در صف"), largest(SIZE)
            ),
            parameters=(item_count(5), pace_seconds, start_method),
            claims=(
                Claim(
                    Text(
                        "every item was popped after it was appended, in the same order",
                        "هر کالا پس از ورود به صف و به همان ترتیب ورود برداشته شد",
                    ),
                    of_lines(came_out_as_they_went_in),
                ),
                Claim(
                    Text(
                        "each size agrees with the lines above it (an item may be out already and "
                        "not yet reported)",
                        "هر اندازه با خط‌های بالای خود جور است (شاید کالایی بیرون آمده ولی هنوز گزارش "
                        "نشده باشد)",
                    ),
                    of_lines(sizes_fit),
                ),
                Claim(
                    Text(
                        "the queue was found empty after the last item, not before",
                        "خالی بودن صف پس از آخرین کالا دیده شد، نه پیش از آن",
                    ),
                    printed_in_order(f"{APPENDED}|{POPPED}", EMPTY),
                ),
                three_processes,
                all_ended,
                Claim(
                    Text(
                        "by fork, the run took about items × 2 × pace",
                        "با fork، زمان اجرا حدود «تعداد کالاها × ۲ × آهنگ کار» بود",
                    ),
                    where(forked, took_about(paced_consumption)),
                ),
            ),
        ),
        Demo(
            slug="empty-is-a-race",
            title=Text("empty() is a race", "empty() و وضعیت رقابتی"),
            watch=Text(
                "Run it several times. Now the consumer takes everything, now it looks too early "
                "and leaves everything behind. Nothing in the program decides which.",
                "چند بار اجرایش کنید. گاهی مصرف‌کننده همه را برمی‌دارد و گاهی زودتر از موعد نگاه می‌کند و "
                "همه را جا می‌گذارد. هیچ چیز در برنامه معین نمی‌کند کدام.",
            ),
            ideal=Ideal(
                lambda values: 0,
                Text(
                    "Nobody rests and nobody waits: all the time goes into starting and ending two "
                    "processes.",
                    "هیچ‌کس مکث نمی‌کند و منتظر نمی‌ماند: همهٔ زمان صرف آغاز و پایان دو فرایند می‌شود.",
                ),
            ),
            outcome=DemoOutcome(
                Text("items left behind", "تعداد کالاهای جامانده"), printed_number(LEFT)
            ),
            parameters=(item_count(5), start_method),
            trap=True,
            next="sentinel",
            claims=(
                Claim(
                    Text("every item was produced", "همهٔ کالاها تولید شدند"),
                    printed_once_each(PUT, items),
                ),
                Claim(
                    Text(
                        "every item was taken exactly once, by the consumer or afterwards by the "
                        "parent",
                        "هر کالا درست یک بار برداشته شد، یا به دست مصرف‌کننده یا بعداً به دست والد",
                    ),
                    printed_once_each(CAME_OUT, items),
                ),
                Claim(
                    Text(
                        "the consumer stopped before the parent looked",
                        "مصرف‌کننده پیش از نگاه کردن والد دست کشیده بود",
                    ),
                    printed_in_order(STOPPED, r"^parent: "),
                ),
                three_processes,
                all_ended,
            ),
            observations=(
                Claim(
                    Text(
                        "so many items were left behind, of all",
                        "تعداد کالاهای جامانده، از کل",
                    ),
                    at_most(LEFT, item_total),
                ),
            ),
        ),
        Demo(
            slug="sentinel",
            title=Text("A sentinel for each consumer", "برای هر مصرف‌کننده یک نگهبان"),
            watch=Text(
                "The consumers share the items between them. Behind the last item there is one "
                "None for each, and each of them stops when it gets one.",
                "مصرف‌کننده‌ها کالاها را میان خود تقسیم می‌کنند. پشت آخرین کالا به تعدادشان None در صف "
                "است و هر کدام که یکی بگیرد دست می‌کشد.",
            ),
            ideal=Ideal(
                shared_work,
                Text(
                    "⌈items ÷ consumers⌉ × 0.1 s: the consumers work side by side, each on one "
                    "item at a time. Starting the processes is added.",
                    "⌈تعداد کالاها ÷ تعداد مصرف‌کننده‌ها⌉ × ۰٫۱ ثانیه: مصرف‌کننده‌ها هم‌زمان کار می‌کنند، "
                    "هر یک هر بار روی یک کالا. هزینهٔ آغاز فرایندها هم افزوده می‌شود.",
                ),
            ),
            outcome=DemoOutcome(
                Text("items of each consumer", "سهم هر مصرف‌کننده"), shared_out(SHARE)
            ),
            beside=(
                Pair(
                    title=Text("One consumer, or four", "یک مصرف‌کننده یا چهار"),
                    other="process-queue/sentinel",
                    look=Text(
                        "Eight items, 0.1 s of work for each. Look at who gets which, at the time "
                        "of the whole, and at how each consumer ends: with a None of its own.",
                        "هشت کالا و برای هر کدام ۰٫۱ ثانیه کار. ببینید هر کالا به چه کسی می‌رسد، "
                        "کل کار چقدر طول می‌کشد و هر مصرف‌کننده چگونه تمام می‌کند: با یک None "
                        "برای خودش.",
                    ),
                    values={"n": 8, "consumers": 1},
                    other_values={"n": 8, "consumers": 4},
                ),
            ),
            parameters=(item_count(5), consumers, start_method),
            claims=(
                Claim(
                    Text(
                        "every item was consumed exactly once",
                        "هر کالا درست یک بار مصرف شد",
                    ),
                    printed_once_each(GOT, items),
                ),
                Claim(
                    Text(
                        "every consumer said that it was done",
                        "هر مصرف‌کننده پایان کارش را اعلام کرد",
                    ),
                    printed_once_each(
                        CONSUMER_DONE, lambda values: range(1, consumer_count(values) + 1)
                    ),
                ),
                Claim(
                    Text(
                        "every child has a pid of its own",
                        "هر فرزند pid خودش را دارد",
                    ),
                    ran_processes(lambda values: consumer_count(values) + 2),
                ),
                all_ended,
                Claim(
                    Text(
                        "by fork, the run took about ⌈items ÷ consumers⌉ × 0.1 s",
                        "با fork، زمان اجرا حدود «⌈تعداد کالاها ÷ تعداد مصرف‌کننده‌ها⌉ × ۰٫۱ ثانیه» بود",
                    ),
                    where(forked, took_about(shared_work)),
                ),
            ),
            observations=(
                Claim(
                    Text(
                        "no consumer went without an item",
                        "هیچ مصرف‌کننده‌ای بی‌کالا نماند",
                    ),
                    never_printed(IDLE),
                ),
                Claim(
                    Text(
                        "as many consumers as could worked at the same time",
                        "همهٔ مصرف‌کننده‌هایی که می‌شد، هم‌زمان کار کردند",
                    ),
                    slept_together(lambda values: min(item_total(values), consumer_count(values))),
                ),
            ),
        ),
        Demo(
            slug="bounded-queue",
            title=Text("A queue with a bound", "صف با گنجایش محدود"),
            watch=Text(
                "The first items go in at once. Then the queue is full, and each put() waits until "
                "the consumer takes an item: the producer slows down to the consumer's pace.",
                "نخستین کالاها بی‌درنگ وارد می‌شوند. بعد صف پر است و هر put() منتظر می‌ماند تا مصرف‌کننده "
                "کالایی بردارد: تولیدکننده به ناچار هم‌گام مصرف‌کننده می‌شود.",
            ),
            ideal=Ideal(
                work_of_one,
                Text(
                    "Items × 0.1 s, the consumer's work; a larger queue would not make it shorter. "
                    "Starting two processes is added.",
                    "تعداد کالاها × ۰٫۱ ثانیه، یعنی کار مصرف‌کننده؛ صف بزرگ‌تر هم کوتاهش نمی‌کند. هزینهٔ "
                    "آغاز دو فرایند افزوده می‌شود.",
                ),
            ),
            outcome=DemoOutcome(
                Text(
                    "time until the producer was done, in seconds",
                    "زمان تا پایان کار تولیدکننده (ثانیه)",
                ),
                printed_number(PRODUCER_DONE),
            ),
            beside=(
                Pair(
                    title=Text("Little room, or much", "جای کم یا زیاد"),
                    other="process-queue/bounded-queue",
                    look=Text(
                        "The consumer is slow in both. With room for one item the producer keeps "
                        "waiting in put(); with room for five it is done long before the "
                        "consumer. The whole takes as long.",
                        "مصرف‌کننده در هر دو کند است. با جای یک کالا، تولیدکننده مدام در put "
                        "منتظر می‌ماند؛ با جای پنج کالا خیلی زودتر از مصرف‌کننده تمام می‌کند. کل "
                        "کار همان قدر طول می‌کشد.",
                    ),
                    values={"n": 8, "maxsize": 1},
                    other_values={"n": 8, "maxsize": 5},
                ),
            ),
            parameters=(item_count(8), maxsize, start_method),
            claims=(
                Claim(
                    Text(
                        "never did more than maxsize items wait in the queue",
                        "هیچ‌گاه بیش از گنجایش صف کالا در آن نبود",
                    ),
                    never_longer_than("queue", lambda values: int(values["maxsize"])),
                ),
                Claim(
                    Text(
                        "the producer was held up for (items − maxsize − 1) × 0.1 s or longer",
                        "تولیدکننده دست‌کم «(تعداد کالاها − گنجایش − ۱) × ۰٫۱ ثانیه» معطل شد",
                    ),
                    held_up,
                ),
                Claim(
                    Text(
                        "the items came out in the order in which they went in",
                        "کالاها به همان ترتیب ورود بیرون آمدند",
                    ),
                    printed_sequence(GOT, items),
                ),
                three_processes,
                all_ended,
                Claim(
                    Text(
                        "the run took at least items × 0.1 s",
                        "اجرا دست‌کم «تعداد کالاها × ۰٫۱ ثانیه» طول کشید",
                    ),
                    took_at_least(work_of_one),
                ),
            ),
        ),
    ),
)
