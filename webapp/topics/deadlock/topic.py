"""Topic 17: workers that wait for each other for ever, and three ways to make that impossible."""

from collections import Counter

from webapp.engine.recording import Outcome, Recording, workers_at_once
from webapp.lessons.claims import Check, Claim, Measured, judged, where
from webapp.lessons.measures import Share, Values, out_of, watched
from webapp.lessons.measures.printed import matches
from webapp.lessons.measures.printed.lines import (
    lines_that_fit,
    never_printed,
    printed,
    printed_exactly_when,
    printed_once_each,
    printed_word,
)
from webapp.lessons.measures.printed.order import order_of, printed_in_pairs
from webapp.lessons.measures.timing import took_about
from webapp.lessons.measures.waiting import (
    held_at_once,
    never_held_together,
    nobody_waited_for,
    waited_for,
)
from webapp.lessons.measures.workers import ended_as, ending, seen_to_end_as
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Float, Integer
from webapp.lessons.text import Text
from webapp.lessons.topic import Demo, Ideal, Pair, Topic

HAS_ONE = r"^\w+: has the printer"
HAS_BOTH = r"^\w+: has both$"
DONE = r"^(\w+): done"
BACKS_OFF = r"^(\w+): backs off"
ENDED = r"^(\w+): (?:done|gives up)"
EATS = r"^(\w+) eats meal \d$"
# As in the programs: meals of each philosopher, seconds of a meal, seconds of a piece of work.
MEALS = 2
MEAL = 0.05
WORK = 0.02

between = Choice(
    name="between",
    label=Text("Between the two locks", "میان دو قفل"),
    help=Text(
        "What each thread does between its first lock and its second: wait at a barrier until the "
        "other one has its first lock, too, or nothing.",
        "هر نخ میان قفل اول و قفل دومش چه کند: پشت یک مانع بماند تا نخ دیگر هم قفل اولش را بگیرد، "
        "یا هیچ.",
    ),
    default="barrier",
    options={
        "barrier": Text("meeting at a barrier (barrier)", "دیدار پشت مانع (barrier)"),
        "nothing": Text("nothing (nothing)", "هیچ (nothing)"),
    },
)

work_seconds = Float(
    name="work_seconds",
    label=Text("Work in seconds", "مدت کار (ثانیه)"),
    help=Text(
        "How long each thread works with the printer alone before it takes the scanner.",
        "هر نخ پیش از گرفتن اسکنر، چند ثانیه فقط با چاپگر کار می‌کند.",
    ),
    default=0.3,
    minimum=0,
    maximum=1,
)

seats = Integer(
    name="seats",
    label=Text("Seats", "تعداد صندلی‌ها"),
    help=Text(
        "How many philosophers sit at the table; there are as many forks.",
        "چند فیلسوف سر میز می‌نشینند؛ تعداد چنگال‌ها هم همین است.",
    ),
    default=5,
    minimum=2,
    maximum=7,
)

strategy = Choice(
    name="strategy",
    label=Text("Strategy", "راهبرد"),
    help=Text(
        "Naive: everybody takes the left fork first. Ordered: everybody takes the fork with the "
        "lower number first. Waiter: the left one first, but a semaphore lets in all but one.",
        "naive: هر کس نخست چنگال چپش را برمی‌دارد. ordered: هر کس نخست چنگالی را برمی‌دارد که "
        "شماره‌اش کوچک‌تر است. waiter: نخست چنگال چپ، ولی سمافوری همیشه یک نفر را منتظر نگه "
        "می‌دارد.",
    ),
    default="naive",
    options={
        "naive": Text("no rule (naive)", "بی‌قاعده (naive)"),
        "ordered": Text("forks in order (ordered)", "چنگال‌ها به ترتیب (ordered)"),
        "waiter": Text("a waiter (waiter)", "پیشخدمت (waiter)"),
    },
)

timing = Choice(
    name="timing",
    label=Text("Timing of the naive", "زمان‌بندی راهبرد naive"),
    help=Text(
        "Together: by a barrier, nobody reaches for a second fork before all have their first. "
        "Chance: each hesitates for up to 0.02 s. The two other strategies go by chance always, "
        "for with them it cannot be that all have one.",
        "together: با یک مانع، هیچ‌کس پیش از آنکه همه چنگال اول را داشته باشند سراغ دومی نمی‌رود. "
        "chance: هر کس تا ۰٫۰۲ ثانیه درنگ می‌کند. در دو راهبرد دیگر همیشه chance به کار می‌رود، چون "
        "آنجا هرگز ممکن نیست که همه یک چنگال داشته باشند.",
    ),
    default="together",
    options={
        "together": Text("all at once (together)", "همه با هم (together)"),
        "chance": Text("by chance (chance)", "به بخت (chance)"),
    },
)

timeout_seconds = Float(
    name="timeout_seconds",
    label=Text("Timeout in seconds", "مهلت (ثانیه)"),
    help=Text(
        "How long a thread that holds its first lock waits for its second at most.",
        "نخی که قفل اولش را دارد حداکثر چند ثانیه منتظر قفل دوم می‌ماند.",
    ),
    default=0.1,
    minimum=0,
    maximum=0.5,
    step=0.05,
)

pause = Choice(
    name="pause",
    label=Text("Pause before the next try", "مکث پیش از تلاش بعدی"),
    help=Text(
        "How long a thread rests, holding nothing, after a try that failed: a random time of up to "
        "0.1 s, always 0.05 s, or not at all.",
        "نخ پس از هر تلاش ناموفق، بی آنکه قفلی در دست داشته باشد، چقدر مکث کند: مدتی تصادفی تا ۰٫۱ "
        "ثانیه، همیشه ۰٫۰۵ ثانیه، یا هیچ.",
    ),
    default="random",
    options={
        "random": Text("a random time (random)", "تصادفی (random)"),
        "equal": Text("the same for both (equal)", "برای هر دو یکسان (equal)"),
        "none": Text("none (none)", "هیچ (none)"),
    },
)


def workers(values: Values) -> tuple[str, str]:
    return "ada", "bob"


def meet(values: Values) -> bool:
    return str(values["between"]) == "barrier"


def both_in_a_row(values: Values) -> float:
    return 2 * float(values["work_seconds"])


def table(values: Values) -> int:
    return int(values["seats"])


def naive(values: Values) -> bool:
    return str(values["strategy"]) == "naive"


def starving(values: Values) -> bool:
    return naive(values) and str(values["timing"]) == "together"


def not_by_luck(values: Values) -> bool:
    return starving(values) or not naive(values)


def all_meals(values: Values) -> int:
    return table(values) * MEALS


def meals(values: Values) -> int:
    return 0 if starving(values) else all_meals(values)


def let_in(values: Values) -> int:
    return table(values) - (str(values["strategy"]) == "waiter")


def eating_in_turns(values: Values) -> float:
    # Who eats has two of the forks, so that half of the table eats at once, at most.
    return 0.0 if starving(values) else all_meals(values) * MEAL / (table(values) // 2)


def unless_stopped(check: Check) -> Check:
    """Ask of every run but one that was stopped before it could show anything."""

    def checked(recording: Recording, values: Values) -> Measured:
        if recording.outcome in (Outcome.CANCELLED, Outcome.LOST):
            return Measured(None)
        return check(recording, values)

    return checked


def of_any(text: Text, check: Check) -> Claim:
    """What holds whether the run ended by itself or had to be ended."""
    return Claim(text, unless_stopped(check), of_any_run=True)


def without_figure(check: Check) -> Check:
    """For how a run ended: that stands above the claims, with the cycle."""
    return lambda recording, values: Measured(check(recording, values).holds)


def waits_in_cycle(recording: Recording, values: Values) -> Measured:
    """In a deadlock, ada waits for what bob holds, and bob for what ada holds."""
    if not recording.cycle:
        return Measured(None)
    waits = {(wait.worker, wait.object, wait.giver) for wait in recording.cycle}
    return Measured(
        waits == {("ada", "scanner", "bob"), ("bob", "printer", "ada")}, str(len(waits))
    )


def whole_table_in_cycle(recording: Recording, values: Values) -> Measured:
    """In a deadlock, the cycle goes round the whole table."""
    if not recording.cycle:
        return Measured(None)
    waiting = len({wait.worker for wait in recording.cycle})
    return Measured(waiting == table(values), f"{waiting} / {table(values)}")


@watched
def most_hands_on_a_fork(recording: Recording, values: Values) -> int:
    """How many held one and the same fork at once, at most."""
    return max(
        (
            workers_at_once(span for span in recording.holdings if span.object == f"forks[{fork}]")
            for fork in range(table(values))
        ),
        default=0,
    )


@watched
def most_with_a_fork(recording: Recording, values: Values) -> Share:
    """How many of the table held a fork at once, at most."""
    forks = (span for span in recording.holdings if span.object.startswith("forks["))
    return Share(workers_at_once(forks), table(values))


# No fork was ever held by two.
a_fork_in_one_hand = judged(most_hands_on_a_fork, lambda most, values: most == 1, "× {}".format)

# All held a fork at some moment if they starved; with a rule at least one held none.
all_had_one_only_if_starving = judged(
    most_with_a_fork, lambda held, values: held.complete is starving(values)
)

# How many meals were eaten, of all.
every_meal_eaten = judged(
    out_of(lines_that_fit(EATS), all_meals), lambda eaten, values: eaten.complete
)


def tries_that_failed(recording: Recording, values: Values) -> Measured:
    """How often each of the two backed off."""
    failed = Counter(found.group(1) for found in matches(recording, BACKS_OFF))
    return Measured(True, ", ".join(f"{name}: {failed[name]}" for name in workers(values)))


one_at_each = tuple(
    of_any(
        Text(
            f"never did both threads hold the {name} at once",
            f"هیچ‌گاه دو نخ هم‌زمان {farsi} را در دست نداشتند",
        ),
        never_held_together(name),
    )
    for name, farsi in (("printer", "چاپگر"), ("scanner", "اسکنر"))
)
both_done = Claim(
    Text("both threads did their work", "هر دو نخ کارشان را کردند"),
    printed_once_each(DONE, workers),
)

topic = Topic(
    title=Text("Deadlock", "بن‌بست"),
    summary=Text(
        "Workers that wait for each other, for ever: how that comes about, how to see it, and how "
        "to make it impossible.",
        "نخ‌هایی که تا ابد منتظر یکدیگرند: بن‌بست چگونه پدید می‌آید، چگونه دیده می‌شود و چگونه می‌توان "
        "آن را ناممکن کرد.",
    ),
    chapter="beyond",
    order=17,
    demos=(
        Demo(
            slug="opposite-order",
            title=Text("Two locks in opposite order", "دو قفل به ترتیب وارونه"),
            watch=Text(
                "Ada takes the printer and then the scanner, bob the scanner and then the printer. "
                "Watch both stop after one line, and look at the cycle of their waits. Then choose "
                "nothing and press × 30.",
                "ada نخست چاپگر و بعد اسکنر را می‌گیرد و bob نخست اسکنر و بعد چاپگر را. ببینید که هر دو "
                "پس از یک خط می‌ایستند و به دور انتظارشان نگاه کنید. بعد nothing را انتخاب کنید و دکمهٔ "
                "× ۳۰ را بزنید.",
            ),
            ideal=Ideal(
                lambda values: 0,
                Text(
                    "There is nothing here that takes time. A deadlock has no end of its own: what "
                    "is measured then is how long the site took to be certain of it.",
                    "اینجا کاری نیست که زمان ببرد. بن‌بست هم خودبه‌خود پایانی ندارد: زمان "
                    "اندازه‌گیری‌شده مدتی است که سایت لازم داشت تا از آن مطمئن شود.",
                ),
            ),
            outcome=DemoOutcome(Text("how it ended", "چگونه پایان یافت"), ending()),
            beside=(
                Pair(
                    title=Text("Opposite order, or the same", "ترتیب وارونه یا یکسان"),
                    other="deadlock/same-order",
                    look=Text(
                        "The same two locks. In opposite order each thread holds what the other "
                        "one wants, and both wait for ever; in the same order one of them waits "
                        "while it holds nothing, and both finish.",
                        "همان دو قفل. به ترتیب وارونه هر نخ چیزی را دارد که دیگری می‌خواهد و هر "
                        "دو تا ابد منتظر می‌مانند؛ به یک ترتیب، یکی بی آنکه چیزی در دست داشته "
                        "باشد منتظر می‌ماند و هر دو به پایان می‌رسند.",
                    ),
                ),
            ),
            parameters=(between,),
            trap=True,
            next="same-order",
            claims=(
                of_any(
                    Text(
                        "after the meeting at the barrier the run was found deadlocked",
                        "پس از دیدار پشت مانع معلوم شد که اجرا به بن‌بست رسیده است",
                    ),
                    where(meet, without_figure(seen_to_end_as(lambda values: "deadlocked"))),
                ),
                of_any(
                    Text(
                        "in a deadlock, ada waited for bob's scanner and bob for ada's printer",
                        "در بن‌بست، ada منتظر اسکنرِ در دست bob بود و bob منتظر چاپگرِ در دست ada",
                    ),
                    waits_in_cycle,
                ),
                of_any(
                    Text(
                        "after the meeting nobody ever had both locks",
                        "پس از آن دیدار، هیچ نخی هرگز هر دو قفل را نداشت",
                    ),
                    where(meet, never_printed(HAS_BOTH)),
                ),
                *one_at_each,
            ),
            observations=(
                of_any(
                    Text("both threads came to their end", "هر دو نخ تا پایان اجرا شدند"),
                    printed(DONE, lambda values: 2),
                ),
            ),
        ),
        Demo(
            slug="same-order",
            title=Text("Two locks in the same order", "دو قفل به یک ترتیب"),
            watch=Text(
                "Now bob, too, takes the printer first. One of them waits, but it holds nothing "
                "that the other one needs: both come to their end.",
                "حالا bob هم نخست چاپگر را می‌گیرد. یکی از دو نخ منتظر می‌ماند، ولی چیزی در دست ندارد که "
                "دیگری لازمش داشته باشد: هر دو به پایان می‌رسند.",
            ),
            ideal=Ideal(
                both_in_a_row,
                Text(
                    "2 × work: it is done with the printer in hand, so the second thread begins "
                    "when the first one is done. This is the price of the order.",
                    "۲ × مدت کار: کار چاپگر به دست انجام می‌شود، پس نخ دوم وقتی شروع می‌کند که کار "
                    "اولی تمام شده باشد. بهای ترتیب همین است.",
                ),
            ),
            outcome=DemoOutcome(
                Text("order in which they were done", "ترتیب تمام شدن کارها"), order_of(DONE)
            ),
            parameters=(work_seconds,),
            claims=(
                both_done,
                Claim(
                    Text(
                        "whoever had the printer got the scanner next, before the other one began",
                        "هر نخی که چاپگر را گرفت، پیش از شروع دیگری اسکنر را هم گرفت",
                    ),
                    printed_in_pairs(HAS_ONE, HAS_BOTH),
                ),
                Claim(
                    Text("nobody ever waited for the scanner", "هیچ نخی هرگز منتظر اسکنر نماند"),
                    nobody_waited_for("scanner"),
                ),
                *one_at_each,
                Claim(
                    Text("the run took about 2 × work", "زمان اجرا حدود «۲ × مدت کار» بود"),
                    took_about(both_in_a_row),
                ),
            ),
            observations=(
                Claim(
                    Text(
                        "one thread waited for the printer, with nothing in hand",
                        "یک نخ دست‌خالی منتظر چاپگر ماند",
                    ),
                    waited_for("printer"),
                ),
            ),
        ),
        Demo(
            slug="dining-philosophers",
            title=Text("The dining philosophers", "فیلسوفان سر میز"),
            watch=Text(
                "Everybody has one fork, and its neighbour has the other one: watch the cycle go "
                "round the whole table. Then choose one of the two rules, and see who holds no "
                "fork at all.",
                "هر کس یک چنگال دارد و چنگال دیگر در دست همسایهٔ اوست: ببینید که دور انتظار همهٔ میز را "
                "می‌گیرد. بعد یکی از دو قاعده را انتخاب کنید و ببینید چه کسی هیچ چنگالی ندارد.",
            ),
            ideal=Ideal(
                eating_in_turns,
                Text(
                    "All meals × 0.05 s ÷ half the seats (rounded down), for at most so many can "
                    "eat at once; 0 where they starve. Hesitating comes on top of it, and so does "
                    "a neighbour who waits with a fork in hand.",
                    "همهٔ وعده‌ها × ۰٫۰۵ ثانیه ÷ نیمی از صندلی‌ها (گردشده به پایین)، چون بیش از این "
                    "نمی‌توانند هم‌زمان بخورند؛ و اگر گرسنه بمانند ۰. درنگ‌ها به آن افزوده می‌شود، و "
                    "همسایه‌ای هم که چنگال به دست منتظر مانده است.",
                ),
            ),
            outcome=DemoOutcome(Text("who ate last", "آخرین کسی که خورد"), printed_word(EATS)),
            beside=(
                Pair(
                    title=Text("In order, or with a waiter", "به ترتیب یا با پیشخدمت"),
                    other="deadlock/dining-philosophers",
                    look=Text(
                        "Both feed everybody. Look for the one who holds no fork: in order it "
                        "waits for its first fork; with a waiter it waits for the waiter.",
                        "هر دو راه همه را سیر می‌کند. دنبال کسی بگردید که چنگالی ندارد: در راه اول "
                        "منتظر چنگال اولش است و در راه دوم منتظر پیشخدمت.",
                    ),
                    values={"strategy": "ordered"},
                    other_values={"strategy": "waiter"},
                ),
            ),
            parameters=(seats, strategy, timing),
            trap=True,
            claims=(
                of_any(
                    Text(
                        "with either rule the run finished; naive and together, it was found "
                        "deadlocked",
                        "با هر یک از دو قاعده اجرا به پایان رسید؛ با naive و together معلوم شد که به "
                        "بن‌بست رسیده است",
                    ),
                    where(
                        not_by_luck,
                        without_figure(
                            seen_to_end_as(
                                lambda values: "deadlocked" if starving(values) else "finished"
                            )
                        ),
                    ),
                ),
                of_any(
                    Text(
                        "in a deadlock, everybody at the table was in the cycle",
                        "در بن‌بست، همهٔ میز در دور انتظار بودند",
                    ),
                    whole_table_in_cycle,
                ),
                of_any(
                    Text(
                        "with either rule everybody ate twice; naive and together, nobody ate",
                        "با هر یک از دو قاعده همه دو بار خوردند؛ با naive و together هیچ‌کس نخورد",
                    ),
                    where(not_by_luck, printed(EATS, meals)),
                ),
                of_any(
                    Text(
                        "with either rule somebody always held no fork; naive and together, all "
                        "held one",
                        "با هر یک از دو قاعده همیشه کسی بود که هیچ چنگالی نداشت؛ با naive و together "
                        "همه یکی داشتند",
                    ),
                    where(not_by_luck, all_had_one_only_if_starving),
                ),
                of_any(
                    Text(
                        "never were more at the table than the waiter lets in (seats − 1 where it "
                        "is the strategy, else all)",
                        "هیچ‌گاه بیش از آنکه پیشخدمت راه می‌دهد سر میز نبودند (در راهبرد waiter یکی کمتر "
                        "از صندلی‌ها، وگرنه همه)",
                    ),
                    held_at_once("waiter", let_in),
                ),
                of_any(
                    Text(
                        "no fork was ever in two hands",
                        "هیچ چنگالی هرگز در دست دو نفر نبود",
                    ),
                    a_fork_in_one_hand,
                ),
            ),
            observations=(
                of_any(
                    Text("every meal was eaten", "همهٔ وعده‌ها خورده شد"),
                    every_meal_eaten,
                ),
            ),
        ),
        Demo(
            slug="timeout-and-back-off",
            title=Text("Timeout and back-off", "مهلت و پس کشیدن"),
            watch=Text(
                "The same opposite order, and the same clash; but whoever has waited long enough "
                "gives its first lock back, pauses, and tries again. Count the tries; then choose "
                "none for the pause.",
                "همان ترتیب وارونه و همان برخورد؛ ولی هر نخی که به اندازهٔ مهلتش صبر کرده باشد قفل اول را "
                "پس می‌دهد، مکث می‌کند و دوباره می‌کوشد. تلاش‌ها را بشمارید؛ بعد برای مکث none را انتخاب "
                "کنید.",
            ),
            ideal=Ideal(
                lambda values: 4 * WORK,
                Text(
                    "4 × 0.02 s: two threads, one after the other, each with two pieces of work. "
                    "All the rest is the price of the clash: the timeout, the pause, and the work "
                    "that is done again.",
                    "۴ × ۰٫۰۲ ثانیه: دو نخ پشت سر هم، هر کدام با دو تکه کار. بقیه همه بهای برخورد است: "
                    "مهلت، مکث و کاری که دوباره انجام می‌شود.",
                ),
            ),
            outcome=DemoOutcome(
                Text("tries that failed", "تعداد تلاش‌های ناموفق"), lines_that_fit(BACKS_OFF)
            ),
            parameters=(timeout_seconds, pause),
            claims=(
                of_any(
                    Text(
                        "the run finished: nobody waited for ever",
                        "اجرا به پایان رسید: هیچ نخی تا ابد منتظر نماند",
                    ),
                    without_figure(ended_as(lambda values: "finished")),
                ),
                Claim(
                    Text(
                        "each thread got both locks, or gave up after 20 tries",
                        "هر نخ یا هر دو قفل را گرفت یا پس از ۲۰ تلاش دست کشید",
                    ),
                    printed_once_each(ENDED, workers),
                ),
                Claim(
                    Text(
                        "they clashed: at least one of them had to back off",
                        "برخورد کردند: دست‌کم یکی ناچار شد پس بکشد",
                    ),
                    printed_exactly_when(BACKS_OFF, lambda values: True),
                ),
                *one_at_each,
            ),
            observations=(
                both_done,
                Claim(Text("tries that failed", "تلاش‌های ناموفق"), tries_that_failed),
            ),
        ),
    ),
)
