"""Topic 11: how a process is ended from outside, and how it can react."""

from math import inf

from webapp.lessons.claims import Check, Claim, of_any, unless, where, without_figure
from webapp.lessons.common import forked, start_method
from webapp.lessons.headlines import Headline
from webapp.lessons.measures import derived
from webapp.lessons.measures.printed.lines import (
    lines_that_fit,
    missing,
    never_printed,
    printed,
    printed_exactly_when,
    printed_word,
)
from webapp.lessons.measures.printed.numbers import equals, printed_number
from webapp.lessons.measures.printed.order import printed_in_order
from webapp.lessons.measures.timing import took_about, took_at_least
from webapp.lessons.measures.waiting import line_of_longest_wait, waited_in_a_cycle
from webapp.lessons.measures.workers import ending, every_worker_ended, raised, seen_to_end_as
from webapp.lessons.misconceptions import Misconception
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Float
from webapp.lessons.questions import Option, Question, at
from webapp.lessons.topic import Demo, Ideal, Pair, Topic
from webapp.lessons.values import Values

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
HOLDS = r"^holder: has the lock$"
HOLDER_OVER = r"^parent: the holder is over, exit code (-?\d+)$"
WANTS = r"^other: wants the lock$"
OTHER_HAS = r"^other: has the lock$"
PATIENCE = 0.5
"""Seconds that kill_cannot_be_caught.py waits after terminate()."""

SETTLING = 0.1
"""Seconds that finally_did_not_run.py gives its child until it waits."""

CODES = {"terminate": -15, "kill": -9, "SIGINT": 1, "Event": 0}
"""The exit code after each way of ending a process."""


def duration(maximum: float) -> Float:
    return Float(name="duration", default=1.0, minimum=0, maximum=maximum)


how = Choice(name="how", default="terminate", options=("terminate", "kill", "SIGINT", "Event"))


killed_or_asked = Choice(name="how", default="terminate", options=("terminate", "Event"))


def time_given(values: Values) -> float:
    return float(values["duration"])


def python_gets_the_chance(values: Values) -> bool:
    return values["how"] in ("SIGINT", "Event")


def asked(values: Values) -> bool:
    return str(values["how"]) == "Event"


def killed(values: Values) -> bool:
    return not asked(values)


def code_left(values: Values) -> int:
    return CODES[str(values["how"])]


def until_the_child_waits(values: Values) -> float:
    """Return the margin: only SIGINT has no effect if it comes before the child waits."""
    return SETTLING if values["how"] == "SIGINT" else inf


ended_by_sigterm = Claim("ended-by-sigterm", equals(EXIT_CODE, lambda values: -15))
by_fork_took_about_the_duration = Claim(
    "by-fork-took-about-the-duration",
    # The other start methods also start interpreters, which takes time.
    where(forked, took_about(time_given)),
)


def leaves_with(pattern: str, code: int) -> Check:
    return equals(pattern, lambda values: code)


topic = Topic(
    level=2,
    picture="killed-while-holding",
    demos=(
        Demo(
            slug="terminate",
            ideal=Ideal(time_given),
            outcome=DemoOutcome(printed_word(STATE_AFTER)),
            headline=Headline(
                {
                    "by_signal": derived(printed_number(EXIT_CODE), lambda code: -code),
                    "code": printed_number(EXIT_CODE),
                }
            ),
            parameters=(
                duration(maximum=10),
                start_method,
            ),
            as_in_report={"duration": 3.0},
            questions=(
                Question(
                    "code",
                    (
                        Option(
                            "zero",
                            leaves_with(EXIT_CODE, 0),
                            Misconception.CLEAN_TERMINATE,
                            never=True,
                        ),
                        Option("one", leaves_with(EXIT_CODE, 1), never=True),
                        Option("signal", leaves_with(EXIT_CODE, -15)),
                    ),
                    see="kill-a-process/finally-did-not-run",
                ),
            ),
            claims=(
                Claim("before-start", printed(BEFORE)),
                Claim("after-start", printed(RUNNING)),
                Claim("after-join", printed(JOINED)),
                Claim(
                    "lines-in-order",
                    printed_in_order(BEFORE, RUNNING, TERMINATED, JOINED, EXIT_CODE),
                ),
                ended_by_sigterm,
                by_fork_took_about_the_duration,
            ),
            observations=(Claim("still-alive", printed(STILL_STARTED)),),
        ),
        Demo(
            slug="kill-cannot-be-caught",
            ideal=Ideal(lambda values: PATIENCE),
            outcome=DemoOutcome(printed_word(CODE)),
            headline=Headline(
                {"survived": lines_that_fit(AFTER_TERMINATE), "code": printed_number(CODE)}
            ),
            parameters=(start_method,),
            questions=(
                Question(
                    "alive",
                    (
                        Option("dead", unless(printed(AFTER_TERMINATE)), never=True),
                        Option("alive", printed(AFTER_TERMINATE)),
                    ),
                ),
            ),
            claims=(
                Claim("ignored-before", printed_in_order(IGNORES, AFTER_TERMINATE)),
                Claim("terminate-left-it", printed(AFTER_TERMINATE)),
                Claim("kill-ended-it", printed(AFTER_KILL)),
                Claim("ended-by-sigkill", equals(CODE, lambda values: -9)),
                Claim("took-patience", took_at_least(lambda values: PATIENCE)),
            ),
        ),
        Demo(
            slug="finally-did-not-run",
            ideal=Ideal(lambda values: 0.1),
            outcome=DemoOutcome(printed_word(PARENTS_CODE)),
            headline=Headline({"skipped": missing(FINALLY), "code": printed_number(PARENTS_CODE)}),
            beside=(
                Pair(
                    name="terminated-or-asked",
                    other="kill-a-process/finally-did-not-run",
                    values={"how": "terminate"},
                    other_values={"how": "Event"},
                ),
            ),
            parameters=(how, start_method),
            questions=(
                Question(
                    "finally",
                    (
                        Option(
                            "yes",
                            printed(FINALLY),
                            Misconception.CLEAN_TERMINATE,
                            when={"how": "SIGINT"},
                        ),
                        Option("no", never_printed(FINALLY)),
                    ),
                    see="kill-a-process/polite-stop",
                ),
            ),
            trap=True,
            next="polite-stop",
            claims=(
                Claim("inside-try", printed_in_order(AT_WORK, ENDS)),
                Claim(
                    "finally-line",
                    printed_exactly_when(FINALLY, python_gets_the_chance),
                    margin=until_the_child_waits,
                ),
                Claim("exit-code", equals(PARENTS_CODE, code_left), margin=until_the_child_waits),
                Claim(
                    "keyboard-interrupt",
                    raised("KeyboardInterrupt", lambda values: int(values["how"] == "SIGINT")),
                    margin=until_the_child_waits,
                ),
            ),
        ),
        Demo(
            slug="killed-while-holding",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(ending()),
            beside=(
                Pair(
                    name="killed-or-asked",
                    other="kill-a-process/killed-while-holding",
                    values={"how": "terminate"},
                    other_values={"how": "Event"},
                ),
            ),
            parameters=(killed_or_asked, start_method),
            questions=(
                Question(
                    "lock",
                    (
                        Option(
                            "yes",
                            printed(OTHER_HAS),
                            Misconception.CLEAN_TERMINATE,
                            when={"how": "Event"},
                        ),
                        Option("no", never_printed(OTHER_HAS)),
                    ),
                    see="kill-a-process/polite-stop",
                ),
            ),
            lines=(
                Question(
                    "wait",
                    (
                        at("stops", "stop.wait()", never=True),
                        at("takes", "with lock:", nth=2),
                        at("joins", "other.join()", never=True),
                    ),
                    line=line_of_longest_wait(r"^other$"),
                ),
            ),
            trap=True,
            next="polite-stop",
            claims=(
                of_any("held-before", printed_in_order(HOLDS, HOLDER_OVER, WANTS)),
                of_any("holder-exit-code", equals(HOLDER_OVER, code_left)),
                of_any(
                    "ends-if-asked",
                    without_figure(
                        seen_to_end_as(lambda values: "finished" if asked(values) else "deadlocked")
                    ),
                ),
                of_any(
                    "waited-for-the-lock",
                    where(
                        killed,
                        waited_in_a_cycle(
                            ("MainThread", "other", "other"), ("other", "lock", "holder")
                        ),
                    ),
                ),
                of_any("got-it-if-asked", printed_exactly_when(OTHER_HAS, asked)),
            ),
        ),
        Demo(
            slug="polite-stop",
            ideal=Ideal(time_given),
            outcome=DemoOutcome(printed_word(PARENTS_CODE)),
            headline=Headline(
                {"cleaned": lines_that_fit(CLEANS_UP), "code": printed_number(PARENTS_CODE)}
            ),
            parameters=(
                duration(maximum=5),
                start_method,
            ),
            questions=(
                Question(
                    "code",
                    (
                        Option("zero", leaves_with(PARENTS_CODE, 0)),
                        Option("signal", leaves_with(PARENTS_CODE, -15), never=True),
                    ),
                ),
            ),
            claims=(
                Claim("cleaned-up", printed_in_order(ASKS, CLEANS_UP)),
                Claim("no-terminate", never_printed(DOES_NOT_LISTEN)),
                Claim("own-end", every_worker_ended()),
                Claim("exit-code-0", equals(PARENTS_CODE, lambda values: 0)),
                Claim("took-duration", took_at_least(time_given)),
                by_fork_took_about_the_duration,
            ),
        ),
    ),
)
