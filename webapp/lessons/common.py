"""Parameters and claims that many topics share."""

from __future__ import annotations

from collections.abc import Callable

from webapp.lessons.claims import Claim
from webapp.lessons.measures import Values
from webapp.lessons.measures.workers import every_worker_ended, had_one_parent, ran_processes
from webapp.lessons.parameters import Choice, Integer
from webapp.lessons.text import Text

START_METHODS = ("fork", "spawn", "forkserver")


def start_method_for(help: Text) -> Choice:
    """How a demo starts its processes; `help` says what that means for the topic."""
    return Choice(
        name="start_method",
        label=Text("Start method", "روش آغاز"),
        help=help,
        default=START_METHODS[0],
        options={name: Text(name, name) for name in START_METHODS},
    )


start_method = start_method_for(
    Text(
        "How a child comes into being: as a copy of its parent (fork), as a fresh interpreter "
        "(spawn), or as a copy of a server kept for that (forkserver).",
        "فرزند چگونه پدید می‌آید: رونوشتی از والد (fork)، مفسری تازه (spawn)، یا رونوشتی از یک "
        "سرور که برای همین کار آماده است (forkserver).",
    )
)

every_thread_ended = Claim(
    Text("every thread came to its end", "همهٔ نخ‌ها تا پایان اجرا شدند"),
    every_worker_ended(),
)
every_child_ended = Claim(
    Text("every child came to its end", "همهٔ فرزندها تا پایان اجرا شدند"),
    every_worker_ended(),
)
one_parent = Claim(
    Text("the main process started them all", "همه را فرایند اصلی آغاز کرد"),
    had_one_parent(),
)


def a_pid_each(children: Callable[[Values], int]) -> Claim:
    """No two of the children, nor one of them and the main process, have one pid."""
    return Claim(
        Text("every child has a pid of its own", "هر فرزند pid خودش را دارد"),
        ran_processes(lambda values: children(values) + 1),
    )


def thread_count(default: int, maximum: int = 10) -> Integer:
    """How many threads a demo starts."""
    return Integer(
        name="thread_count",
        label=Text("Threads", "تعداد نخ‌ها"),
        help=Text("How many threads the main thread starts.", "نخ اصلی چند نخ را آغاز کند."),
        default=default,
        minimum=1,
        maximum=maximum,
    )


def threads(values: Values) -> int:
    """The number of threads that was chosen."""
    return int(values["thread_count"])


def forked(values: Values) -> bool:
    """Whether children are forked. The other methods add the start of whole interpreters."""
    return str(values["start_method"]) == "fork"
