"""Topic 15: a pool hands tasks to a few processes that stay: map, chunks, order, speed-up."""

from collections.abc import Callable, Iterable
from heapq import heapreplace
from itertools import combinations
from re import findall, search

from webapp.engine.machines import Needs
from webapp.engine.recording import Recording
from webapp.lessons.claims import Check, Claim, Measured, judged, where
from webapp.lessons.common import forked, start_method_for
from webapp.lessons.measures import Measure, Values, derived, out_of
from webapp.lessons.measures.printed.lines import printed_alike, printed_once_each
from webapp.lessons.measures.printed.numbers import (
    at_most,
    below,
    printed_ascending,
    printed_number,
)
from webapp.lessons.measures.printed.order import order_of, printed_after, printed_sequence
from webapp.lessons.measures.timing import took_about, took_at_least
from webapp.lessons.measures.workers import every_worker_ended, started_workers
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Integer
from webapp.lessons.text import Text
from webapp.lessons.topic import Demo, Ideal, Pair, Topic

POOL = r"^Pool: (\[.*\])$"
SQUARED = r"PoolWorker-\d+': (\d+)"
DONE = r"^task (\d+) is done$"
ARRIVED = r"^result of task (\d+) arrived$"
SHARE = r"^\w+-\d+: (\d+) tasks, "
BUSY = r"^(\d+) of \d+ workers had work$"
SUM = r"^(?:serial|pool): sum (\d+), "
SERIAL_TOOK = r"^serial: .* took ([\d.]+) s$"
POOL_TOOK = r"^pool: .* took ([\d.]+) s$"
SPEED_UP = r"^speed-up: ([\d.]+), "
IDEAL_SPEED_UP = r"^speed-up: .* ideal: (\d+)$"

# As in the demos; times are seconds.
LONG, SHORT = 0.4, 0.1
STEP = 0.002
BLOCKS, BLOCK_SIZE = 12, 300_000
# What one number of pool-or-serial took on the machine where this was written.
SECONDS_A_NUMBER = 35e-9
# Nearer to each other than this, a busy machine may turn two ends round.
TOO_CLOSE = 0.15


def bound(name: str, label: Text, default: int) -> Integer:
    return Integer(
        name=name,
        label=label,
        help=Text(
            "The numbers from start to end are squared, both included.",
            "عددهای start تا end، با خود این دو، به توان دو می‌رسند.",
        ),
        default=default,
        minimum=-1000,
        maximum=1000,
    )


def task_count(default: int, minimum: int, maximum: int) -> Integer:
    return Integer(
        name="tasks",
        label=Text("Tasks", "تعداد وظیفه‌ها"),
        help=Text("How many tasks the pool is given.", "چند وظیفه به استخر سپرده شود."),
        default=default,
        minimum=minimum,
        maximum=maximum,
    )


def process_count(default: int) -> Integer:
    return Integer(
        name="processes",
        label=Text("Worker processes", "تعداد کارگرها"),
        help=Text(
            "How many processes the pool starts and keeps.",
            "استخر چند فرایند را آغاز کند و نگه دارد.",
        ),
        default=default,
        minimum=1,
        maximum=4,
    )


chunksize = Integer(
    name="chunksize",
    label=Text("Chunk size", "اندازهٔ تکه (chunksize)"),
    help=Text(
        "How many tasks a worker is handed at a time.",
        "هر بار چند وظیفه یک‌جا به یک کارگر داده شود.",
    ),
    default=1,
    minimum=1,
    maximum=100,
)

amount = Integer(
    name="work",
    label=Text("Amount of work", "مقدار کار"),
    help=Text(
        "3.6 million squares are added up for each unit.",
        "برای هر واحد، ۳٫۶ میلیون توان دوم جمع زده می‌شود.",
    ),
    default=3,
    minimum=1,
    maximum=10,
)

start_method = start_method_for(
    Text(
        "How the workers come into being. They are started once for all tasks.",
        "کارگرها چگونه پدید می‌آیند. آن‌ها برای همهٔ وظیفه‌ها فقط یک بار آغاز می‌شوند.",
    )
)


def workers(values: Values) -> int:
    return int(values["processes"])


def tasks(values: Values) -> range:
    return range(1, int(values["tasks"]) + 1)


def numbers(values: Values) -> range:
    return range(int(values["start"]), int(values["end"]) + 1)


def squares(values: Values) -> list[int]:
    return [number * number for number in numbers(values)]


def lengths(values: Values) -> list[float]:
    """How long each task of unordered takes."""
    return [LONG if task % 3 == 1 else SHORT for task in tasks(values)]


def chunk_lengths(values: Values) -> list[float]:
    """How long each chunk of chunksize takes."""
    todo, size = tasks(values), int(values["chunksize"])
    return [STEP * sum(todo[first : first + size]) for first in range(0, len(todo), size)]


def makespan(lengths: Iterable[float], workers: int) -> float:
    """When all is done if each piece, in turn, goes to the worker that is free first."""
    free_at = [0.0] * workers
    for length in lengths:
        heapreplace(free_at, free_at[0] + length)
    return max(free_at)


def no_quicker_than(lengths: list[float], workers: int) -> float:
    """No sharing out is quicker: the work in equal parts, or the longest piece alone."""
    return max(sum(lengths) / workers, *lengths)


def unordered_seconds(values: Values) -> float:
    return makespan(lengths(values), workers(values))


def chunked_seconds(values: Values) -> float:
    return makespan(chunk_lengths(values), workers(values))


def serial_seconds(values: Values) -> float:
    return int(values["work"]) * BLOCKS * BLOCK_SIZE * SECONDS_A_NUMBER


def sum_of_all_squares(values: Values) -> int:
    last = int(values["work"]) * BLOCKS * BLOCK_SIZE - 1
    return last * (last + 1) * (2 * last + 1) // 6


def shares(pattern: str) -> Measure[list[int]]:
    """The printed numbers of `pattern`, in one line or in several."""
    return lambda recording, values: [
        int(share) for line in recording.lines for share in findall(pattern, line.text)
    ]


def add_up_to(pattern: str, total: Callable[[Values], int]) -> Check:
    """The shares that were printed make `total` together."""
    return judged(
        shares(pattern),
        lambda seen, values: sum(seen) == total(values),
        lambda seen: " + ".join(map(str, seen)) or "0",
    )


def everybody_had_one(pattern: str) -> Check:
    """As many shares that are not 0 were printed as there were workers."""
    return judged(
        out_of(derived(shares(pattern), lambda seen: sum(map(bool, seen))), workers),
        lambda had_one, values: had_one.complete,
    )


# How many numbers the worker with the most of them squared.
largest_share = derived(shares(SQUARED), lambda seen: max(seen, default=None))


def arrived_as_done(recording: Recording, values: Values) -> Measured:
    """No result arrived before that of a task that was done clearly earlier."""
    done_at: dict[str, float] = {}
    arrived: list[str] = []
    for line in recording.lines:
        if done := search(DONE, line.text):
            done_at[done.group(1)] = line.time / 1e6
        elif result := search(ARRIVED, line.text):
            arrived.append(result.group(1))
    if set(arrived) != set(done_at):
        return Measured(False)
    pairs = combinations(arrived, 2)
    right = all(done_at[first] < done_at[then] + TOO_CLOSE for first, then in pairs)
    return Measured(right, " ".join(arrived))


all_workers = Claim(
    Text(
        "the pool started as many workers as asked for, and no more",
        "استخر درست به تعداد خواسته‌شده کارگر آغاز کرد، نه بیشتر",
    ),
    started_workers(workers),
)
all_ended = Claim(
    Text("every worker came to its end", "همهٔ کارگرها تا پایان اجرا شدند"),
    every_worker_ended(),
)

topic = Topic(
    title=Text("Using a process pool", "استفاده از استخر فرایند"),
    summary=Text(
        "A few processes for many tasks: results in order or as they come, tasks one by one or in "
        "chunks, and when it pays.",
        "چند فرایند برای وظیفه‌های بسیار: نتیجه‌ها به ترتیب یا به محض آماده‌شدن، وظیفه‌ها تک‌تک یا "
        "تکه‌تکه، و اینکه کِی می‌ارزد.",
    ),
    chapter="processes",
    order=15,
    demos=(
        Demo(
            slug="map-squares",
            title=Text("map: squares in order", "map: توان‌های دوم به ترتیب"),
            watch=Text(
                "The squares come as one list in the order of the numbers, whoever computed them. "
                "The shares below it differ from run to run.",
                "توان‌های دوم در یک فهرست و به ترتیب عددها می‌آیند، هر کارگری که حساب‌شان کرده باشد. "
                "سهم کارگرها که زیر آن چاپ می‌شود از اجرایی به اجرای دیگر فرق می‌کند.",
            ),
            ideal=Ideal(
                lambda values: 0,
                Text(
                    "A thousand squares take less than a millisecond. All the time goes into starting "
                    "and ending the workers and into carrying tasks and results.",
                    "هزار توان دوم کمتر از یک میلی‌ثانیه طول می‌کشد. همهٔ زمان صرف آغاز و پایان کارگرها و "
                    "رفت‌وآمد وظیفه‌ها و نتیجه‌ها می‌شود.",
                ),
            ),
            outcome=DemoOutcome(
                Text("largest share of one worker", "بزرگ‌ترین سهم یک کارگر"), largest_share
            ),
            parameters=(
                bound("start", Text("First number", "عدد اول"), 0),
                bound("end", Text("Last number", "عدد آخر"), 100),
                process_count(4),
                start_method,
            ),
            claims=(
                Claim(
                    Text(
                        "the list holds every square, in the order of the numbers",
                        "فهرست همهٔ توان‌های دوم را به ترتیب عددها دارد",
                    ),
                    printed_once_each(POOL, lambda values: [squares(values)]),
                ),
                Claim(
                    Text(
                        "each number was squared by one worker: the shares add up",
                        "هر عدد را یک کارگر حساب کرد: جمع سهم‌ها برابر تعداد عددهاست",
                    ),
                    add_up_to(SQUARED, lambda values: len(numbers(values))),
                ),
                all_workers,
                all_ended,
            ),
            observations=(
                Claim(
                    Text("every worker had a share", "به هر کارگر سهمی رسید"),
                    everybody_had_one(SQUARED),
                ),
            ),
        ),
        Demo(
            slug="unordered",
            title=Text("Results as they come", "نتیجه‌ها به محض آماده‌شدن"),
            watch=Text(
                "Tasks 1, 4, 7 … take four times as long as the others. Look at the arriving "
                "results: who is done first comes first, and the parent never waits for task 1.",
                "وظیفه‌های ۱، ۴، ۷ و … چهار برابر بقیه طول می‌کشند. به رسیدن نتیجه‌ها نگاه کنید: هر کدام "
                "زودتر تمام شود زودتر می‌رسد و والد معطل وظیفهٔ ۱ نمی‌ماند.",
            ),
            ideal=Ideal(
                unordered_seconds,
                Text(
                    "Each task goes, in turn, to the worker that is free first: 0.4 s for a long one, "
                    "0.1 s for a short one. Starting the workers is added, most of all by spawn.",
                    "هر وظیفه به نوبت به کارگری می‌رسد که زودتر آزاد شود: ۰٫۴ ثانیه برای بلندها و ۰٫۱ "
                    "ثانیه برای کوتاه‌ها. هزینهٔ آغاز کارگرها هم افزوده می‌شود، بیش از همه با spawn.",
                ),
            ),
            outcome=DemoOutcome(
                Text("order in which the results arrived", "ترتیب رسیدن نتیجه‌ها"), order_of(ARRIVED)
            ),
            parameters=(task_count(8, minimum=1, maximum=20), process_count(2), start_method),
            claims=(
                Claim(
                    Text(
                        "every task's result arrived exactly once",
                        "نتیجهٔ هر وظیفه درست یک بار رسید",
                    ),
                    printed_once_each(ARRIVED, tasks),
                ),
                Claim(
                    Text(
                        "each result arrived after its task was done",
                        "هر نتیجه پس از پایان وظیفه‌اش رسید",
                    ),
                    printed_after(ARRIVED, DONE),
                ),
                Claim(
                    Text(
                        "results arrived in the order of completion (where tasks ended more than "
                        "0.15 s apart)",
                        "نتیجه‌ها به ترتیب پایان وظیفه‌ها رسیدند (برای پایان‌هایی با فاصلهٔ بیش از ۰٫۱۵ "
                        "ثانیه)",
                    ),
                    arrived_as_done,
                    margin=lambda values: TOO_CLOSE,
                ),
                all_workers,
                all_ended,
                Claim(
                    Text(
                        "the run took the work in equal parts, or longer",
                        "زمان اجرا به اندازهٔ تقسیم برابر کار یا بیشتر بود",
                    ),
                    took_at_least(lambda values: no_quicker_than(lengths(values), workers(values))),
                ),
                Claim(
                    Text(
                        "by fork, the run took about the ideal time",
                        "با fork، زمان اجرا حدود زمان آرمانی بود",
                    ),
                    where(forked, took_about(unordered_seconds)),
                ),
            ),
            observations=(
                Claim(
                    Text(
                        "results arrived in the order of the tasks",
                        "نتیجه‌ها به ترتیب وظیفه‌ها رسیدند",
                    ),
                    printed_ascending(ARRIVED),
                ),
            ),
        ),
        Demo(
            slug="chunksize",
            title=Text("The size of the chunks", "اندازهٔ تکه‌ها"),
            watch=Text(
                "Task n takes 2 × n milliseconds. With chunks of 1 both workers get about equal "
                "work; then try 16 and 32, and look at the shares and at the time.",
                "وظیفهٔ شمارهٔ n به اندازهٔ ۲ × n میلی‌ثانیه طول می‌کشد. با تکه‌های ۱تایی کار دو کارگر تقریباً "
                "برابر است؛ بعد ۱۶ و ۳۲ را امتحان کنید و به سهم‌ها و زمان نگاه کنید.",
            ),
            ideal=Ideal(
                chunked_seconds,
                Text(
                    "Each chunk goes, in turn, to the worker that is free first, and the slowest "
                    "worker decides. Each sleep lasts a little longer than asked, and starting the "
                    "workers is added.",
                    "هر تکه به نوبت به کارگری می‌رسد که زودتر آزاد شود و زمان کل را دیرترین کارگر تعیین "
                    "می‌کند. هر خواب کمی بیش از مدت خواسته‌شده طول می‌کشد و هزینهٔ آغاز کارگرها هم افزوده می‌شود.",
                ),
            ),
            outcome=DemoOutcome(
                Text("time of the whole, in seconds", "زمان کل (ثانیه)"),
                printed_number(r"^the whole took ([\d.]+) s$"),
            ),
            beside=(
                Pair(
                    title=Text("Small chunks, or one for all", "تکه‌های کوچک یا یک تکه برای همه"),
                    other="process-pool/chunksize",
                    look=Text(
                        "32 tasks for two workers. One at a time, whoever is free takes the next, "
                        "and both are busy to the end; in one chunk of 32, a single worker gets "
                        "everything and the other one nothing.",
                        "۳۲ وظیفه برای دو کارگر. یکی‌یکی، هر که آزاد باشد بعدی را برمی‌دارد و هر "
                        "دو تا پایان مشغول‌اند؛ در یک تکهٔ ۳۲تایی همه چیز به یک کارگر می‌رسد و "
                        "به دیگری هیچ.",
                    ),
                    values={"tasks": 32, "chunksize": 1, "processes": 2},
                    other_values={"tasks": 32, "chunksize": 32, "processes": 2},
                ),
            ),
            parameters=(
                task_count(32, minimum=8, maximum=100),
                chunksize,
                process_count(2),
                start_method,
            ),
            claims=(
                Claim(
                    Text(
                        "each task was done by one worker: the shares add up",
                        "هر وظیفه را یک کارگر انجام داد: جمع سهم‌ها برابر تعداد وظیفه‌هاست",
                    ),
                    add_up_to(SHARE, lambda values: len(tasks(values))),
                ),
                Claim(
                    Text(
                        "no more workers had work than there were chunks",
                        "تعداد کارگرهایی که کار داشتند از تعداد تکه‌ها بیشتر نبود",
                    ),
                    at_most(BUSY, lambda values: min(workers(values), len(chunk_lengths(values)))),
                ),
                all_workers,
                all_ended,
                Claim(
                    Text(
                        "the run took the work in equal parts or the longest chunk, or longer",
                        "زمان اجرا به اندازهٔ تقسیم برابر کار و بلندترین تکه، یا بیشتر بود",
                    ),
                    took_at_least(
                        lambda values: no_quicker_than(chunk_lengths(values), workers(values))
                    ),
                ),
                Claim(
                    Text(
                        "by fork, the run took about the ideal time",
                        "با fork، زمان اجرا حدود زمان آرمانی بود",
                    ),
                    where(forked, took_about(chunked_seconds)),
                ),
            ),
            observations=(
                Claim(
                    Text("every worker had work", "به هر کارگر کاری رسید"),
                    everybody_had_one(SHARE),
                ),
            ),
        ),
        Demo(
            slug="pool-or-serial",
            needs=Needs(cores=2),
            title=Text("A pool, or one after the other", "با استخر یا پشت سر هم"),
            watch=Text(
                "Two equal sums, then the speed-up and its ideal. The time of the pool includes "
                "starting it, and all who use this machine share its cores.",
                "دو حاصل‌جمع برابر، و بعد تسریع (speed-up) در کنار مقدار آرمانی‌اش. زمان استخر هزینهٔ آغاز "
                "آن را هم در بر دارد و هسته‌های ماشین میان همهٔ کسانی که از آن استفاده می‌کنند مشترک است.",
            ),
            ideal=Ideal(
                lambda values: serial_seconds(values) * (1 + 1 / workers(values)),
                Text(
                    "Once serially, and once divided by the processes, if each has a core to itself; "
                    "at about 35 ns a number, as on the machine where this was written. Yours is another, "
                    "and others may be using it.",
                    "یک بار پشت سر هم و یک بار تقسیم بر تعداد فرایندها، به شرط آنکه هر فرایند هسته‌ای برای "
                    "خود داشته باشد؛ با حدود ۳۵ نانوثانیه برای هر عدد، مانند ماشینی که این درس روی آن نوشته شد. "
                    "ماشین شما چیز دیگری است و شاید دیگران هم از آن استفاده می‌کنند.",
                ),
            ),
            outcome=DemoOutcome(Text("speed-up", "تسریع"), printed_number(SPEED_UP)),
            parameters=(amount, process_count(2), start_method),
            claims=(
                Claim(
                    Text("both ways gave the same sum", "هر دو راه یک حاصل‌جمع دادند"),
                    printed_alike(SUM),
                ),
                Claim(
                    Text("the sums are right", "حاصل‌جمع‌ها درست‌اند"),
                    printed_sequence(SUM, lambda values: [sum_of_all_squares(values)] * 2),
                ),
                all_workers,
                all_ended,
            ),
            observations=(
                Claim(
                    Text("the pool was quicker", "استخر سریع‌تر بود"),
                    below(POOL_TOOK, SERIAL_TOOK),
                ),
                Claim(
                    Text("the speed-up, of the ideal one", "تسریع، از مقدار آرمانی"),
                    at_most(SPEED_UP, IDEAL_SPEED_UP),
                ),
            ),
        ),
    ),
)
