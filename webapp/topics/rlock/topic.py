"""Topic 5: a lock that its holder may take again, and what that is good for."""

from webapp.lessons.claims import Check, Claim, where
from webapp.lessons.measures import Values
from webapp.lessons.measures.printed.lines import printed_exactly_when
from webapp.lessons.measures.printed.numbers import equals, printed_number
from webapp.lessons.measures.printed.order import printed_in_order, printed_sequence
from webapp.lessons.measures.timing import took_about
from webapp.lessons.measures.waiting import deepest_hold, held_deepest, waited_for
from webapp.lessons.measures.workers import ending, seen_to_end_as
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Float, Integer
from webapp.lessons.text import Text
from webapp.lessons.topic import Demo, Ideal, Pair, Topic

ADDED = r"^ADDED one item -->(\d+) item to ADD$"
REMOVED = r"^REMOVED one item -->(\d+) item to REMOVE$"
EITHER = r"^(ADDED|REMOVED) one item"
FINAL = r"^final total: (-?\d+)$"
NESTED_GOT_IT = r"^change: has the lock$"
INITIAL_TOTAL = 20

add_count = Integer(
    name="add_count",
    label=Text("Items to add", "تعداد افزودن‌ها"),
    help=Text(
        "How many items are put into the box, one by one.",
        "چند کالا، یکی‌یکی، در جعبه گذاشته شود.",
    ),
    default=5,
    minimum=0,
    maximum=20,
)

remove_count = Integer(
    name="remove_count",
    label=Text("Items to remove", "تعداد برداشتن‌ها"),
    help=Text(
        "How many items are taken out of the box, one by one.",
        "چند کالا، یکی‌یکی، از جعبه برداشته شود.",
    ),
    default=5,
    minimum=0,
    maximum=20,
)

pause_seconds = Float(
    name="pause_seconds",
    label=Text("Pause in seconds", "مکث (ثانیه)"),
    help=Text(
        "How long a thread rests after each of its steps, without the lock.",
        "نخ پس از هر گام، بی آنکه قفل را داشته باشد، چند ثانیه مکث می‌کند.",
    ),
    default=0.1,
    minimum=0,
    maximum=0.5,
    step=0.05,
)

lock_type = Choice(
    name="lock_type",
    label=Text("Type of lock", "نوع قفل"),
    help=Text(
        "What the box protects itself with. With Lock the run does not end by itself.",
        "جعبه با چه قفلی از خود محافظت کند. با Lock اجرا خودبه‌خود تمام نمی‌شود.",
    ),
    default="RLock",
    options={"Lock": Text("Lock", "Lock"), "RLock": Text("RLock", "RLock")},
)

boxing = (add_count, remove_count, pause_seconds)


def adds(values: Values) -> int:
    return int(values["add_count"])


def removes(values: Values) -> int:
    return int(values["remove_count"])


def pause(values: Values) -> float:
    return float(values["pause_seconds"])


def both(values: Values) -> bool:
    return adds(values) > 0 and removes(values) > 0


def one_after_the_other(values: Values) -> float:
    return (adds(values) + removes(values)) * pause(values)


def side_by_side(values: Values) -> float:
    return max(adds(values), removes(values)) * pause(values)


def in_turn(values: Values) -> list[str]:
    steps = range(max(adds(values), removes(values)))
    turns = (("ADDED", adds(values)), ("REMOVED", removes(values)))
    return [word for step in steps for word, count in turns if step < count]


def is_reentrant(values: Values) -> bool:
    return str(values["lock_type"]) == "RLock"


def deepest(depth: int) -> Check:
    """The lock of the box, if it was used at all, was held so many times over."""
    return where(
        lambda values: adds(values) + removes(values) > 0,
        held_deepest("lock", lambda values: depth),
    )


counted_down = (
    Claim(
        Text("the items to add ran down to 0, one by one", "شمار افزودن‌ها یکی‌یکی تا ۰ پایین آمد"),
        printed_sequence(ADDED, lambda values: reversed(range(adds(values)))),
    ),
    Claim(
        Text(
            "the items to remove ran down to 0, one by one",
            "شمار برداشتن‌ها یکی‌یکی تا ۰ پایین آمد",
        ),
        printed_sequence(REMOVED, lambda values: reversed(range(removes(values)))),
    ),
)
held_twice = Claim(
    Text("one thread held the lock twice over, at most", "یک نخ حداکثر دو لایه قفل را در دست داشت"),
    deepest(2),
)
took_the_longer = Claim(
    Text(
        "the run took about the larger count × pause",
        "زمان اجرا حدود «شمارهٔ بزرگ‌تر × مکث» بود",
    ),
    took_about(side_by_side),
)

topic = Topic(
    title=Text("Thread synchronization with RLock", "همگام‌سازی نخ‌ها با RLock"),
    summary=Text(
        "A lock that lets its own holder in again, so that methods which lock may call one "
        "another.",
        "قفلی که دارندهٔ خود را دوباره راه می‌دهد تا متدهای قفل‌دار بتوانند یکدیگر را فرا بخوانند.",
    ),
    chapter="threads",
    order=5,
    demos=(
        Demo(
            slug="remove-then-add",
            title=Text("Remove, then add", "اول برداشتن، بعد افزودن"),
            watch=Text(
                "One thread takes items out of a box and then puts items in. It takes the lock of "
                "the box twice for each item and never waits for itself.",
                "یک نخ نخست از جعبه کالا برمی‌دارد و بعد در آن کالا می‌گذارد. برای هر کالا قفل جعبه را دو "
                "بار، یکی درون دیگری، می‌گیرد و هرگز منتظر خودش نمی‌ماند.",
            ),
            ideal=Ideal(
                one_after_the_other,
                Text(
                    "(Items to remove + items to add) × pause: one thread does all the steps, one "
                    "after the other. Locking adds microseconds.",
                    "(تعداد برداشتن‌ها + تعداد افزودن‌ها) × مکث: همهٔ گام‌ها را یک نخ پشت سر هم "
                    "برمی‌دارد. قفل گرفتن فقط چند میکروثانیه به آن می‌افزاید.",
                ),
            ),
            outcome=DemoOutcome(
                Text(
                    "how many times over the lock was held, at most",
                    "بیشترین تعداد لایه‌های قفل در دست نخ",
                ),
                deepest_hold("lock"),
            ),
            parameters=boxing,
            claims=(
                Claim(
                    Text(
                        "all removals came before all additions",
                        "همهٔ برداشتن‌ها پیش از همهٔ افزودن‌ها آمد",
                    ),
                    where(both, printed_in_order(REMOVED, ADDED)),
                ),
                *counted_down,
                held_twice,
                Claim(
                    Text(
                        "the run took about one pause for each item",
                        "زمان اجرا حدود یک مکث به ازای هر کالا بود",
                    ),
                    took_about(one_after_the_other),
                ),
            ),
        ),
        Demo(
            slug="alternate",
            title=Text("Add and remove in turn", "افزودن و برداشتن، یک در میان"),
            watch=Text(
                "The thread now takes the lock itself, around one addition and one removal. Expect "
                "the lines in turn, and the lock to be held three times over.",
                "این بار خود نخ هم قفل را دور یک افزودن و یک برداشتن می‌گیرد. خط‌ها یک در میان می‌آیند و "
                "قفل تا سه لایه در دست نخ است.",
            ),
            ideal=Ideal(
                side_by_side,
                Text(
                    "The larger of the two counts × pause: there is one pause for each pair.",
                    "عدد بزرگ‌تر از میان دو تعداد × مکث: برای هر جفت فقط یک مکث هست.",
                ),
            ),
            outcome=DemoOutcome(
                Text(
                    "how many times over the lock was held, at most",
                    "بیشترین تعداد لایه‌های قفل در دست نخ",
                ),
                deepest_hold("lock"),
            ),
            parameters=boxing,
            claims=(
                Claim(
                    Text(
                        "additions and removals came in turn while both lasted",
                        "تا وقتی از هر دو مانده بود، افزودن و برداشتن یک در میان آمدند",
                    ),
                    printed_sequence(EITHER, in_turn),
                ),
                *counted_down,
                Claim(
                    Text(
                        "the thread held the lock three times over, at most",
                        "نخ حداکثر سه لایه قفل را در دست داشت",
                    ),
                    deepest(3),
                ),
                took_the_longer,
            ),
        ),
        Demo(
            slug="two-threads-one-box",
            title=Text("Two threads, one box", "دو نخ و یک جعبه"),
            watch=Text(
                "An adder and a remover work at the same time. Their lines may come in any order; "
                "the final total is always 20 + added − removed.",
                "یک نخ می‌افزاید و نخ دیگر هم‌زمان برمی‌دارد. خط‌هایشان به هر ترتیبی ممکن است بیاید؛ ولی "
                "مجموع پایانی همیشه «۲۰ + افزوده‌ها − برداشته‌ها» است.",
            ),
            ideal=Ideal(
                side_by_side,
                Text(
                    "The larger of the two counts × pause: the threads rest side by side, and wait "
                    "for each other only for the moment of a change.",
                    "عدد بزرگ‌تر از میان دو تعداد × مکث: مکث دو نخ هم‌زمان است و فقط در لحظهٔ تغییر "
                    "جعبه منتظر یکدیگر می‌مانند.",
                ),
            ),
            outcome=DemoOutcome(Text("final total", "مجموع پایانی"), printed_number(FINAL)),
            parameters=boxing,
            claims=(
                Claim(
                    Text(
                        "final total = 20 + added − removed",
                        "مجموع پایانی برابر «۲۰ + افزوده‌ها − برداشته‌ها» شد",
                    ),
                    equals(FINAL, lambda values: INITIAL_TOTAL + adds(values) - removes(values)),
                ),
                *counted_down,
                held_twice,
                took_the_longer,
            ),
            observations=(
                Claim(
                    Text(
                        "one thread had to wait for the other to release the lock",
                        "یک نخ منتظر ماند تا دیگری قفل را آزاد کند",
                    ),
                    waited_for("lock"),
                ),
            ),
        ),
        Demo(
            slug="nested-acquire",
            title=Text("Taking the lock twice", "گرفتن دوبارهٔ قفل"),
            watch=Text(
                "add holds the lock and calls change, which takes it too. Run it with RLock, then "
                "with Lock: the thread waits for itself, and the site has to end the run.",
                "متد add قفل را در دست دارد و change را فرا می‌خواند که همان قفل را می‌گیرد. یک بار با "
                "RLock و یک بار با Lock اجرا کنید: در دومی نخ منتظر خودش می‌ماند و سایت باید اجرا را "
                "پایان دهد.",
            ),
            ideal=Ideal(
                lambda values: 0,
                Text(
                    "With RLock there is nothing to wait for. With Lock the wait would last for "
                    "ever: what is measured is how long the site took to be certain of it.",
                    "با RLock چیزی برای انتظار نیست. با Lock انتظار تا ابد ادامه می‌یافت: زمان "
                    "اندازه‌گیری‌شده مدتی است که سایت لازم داشت تا از بن‌بست مطمئن شود.",
                ),
            ),
            outcome=DemoOutcome(Text("how the run ended", "اجرا چگونه پایان یافت"), ending()),
            beside=(
                Pair(
                    title=Text("Lock, or RLock", "Lock یا RLock"),
                    other="rlock/nested-acquire",
                    look=Text(
                        "One thread takes the same lock twice. A Lock does not ask who holds it: "
                        "the thread waits for itself, for ever. An RLock lets its holder in "
                        "again.",
                        "یک نخ همان قفل را دو بار می‌گیرد. Lock نمی‌پرسد چه کسی آن را دارد: نخ تا "
                        "ابد منتظر خودش می‌ماند. RLock دارنده‌اش را دوباره راه می‌دهد.",
                    ),
                    values={"lock_type": "Lock"},
                    other_values={"lock_type": "RLock"},
                ),
            ),
            parameters=(lock_type,),
            claims=(
                Claim(
                    Text(
                        "with RLock the run finished; with Lock the worker was found to wait for "
                        "itself",
                        "با RLock اجرا به پایان رسید؛ با Lock معلوم شد که نخ منتظر خودش است",
                    ),
                    seen_to_end_as(
                        lambda values: "finished" if is_reentrant(values) else "deadlocked"
                    ),
                    of_any_run=True,
                ),
                Claim(
                    Text(
                        "the inner method got the lock exactly if it was an RLock",
                        "متد درونی درست وقتی قفل را گرفت که قفل از نوع RLock بود",
                    ),
                    printed_exactly_when(NESTED_GOT_IT, is_reentrant),
                    of_any_run=True,
                ),
                Claim(
                    Text(
                        "the thread held the lock twice over, at most (with RLock)",
                        "نخ حداکثر دو لایه قفل را در دست داشت (با RLock)",
                    ),
                    where(is_reentrant, held_deepest("lock", lambda values: 2)),
                ),
            ),
        ),
    ),
)
