"""Parameters and claims that topics share. Their texts are in this folder, too."""

from __future__ import annotations

from collections.abc import Callable

from webapp.lessons.claims import Claim
from webapp.lessons.measures.workers import every_worker_ended, had_one_parent, ran_processes
from webapp.lessons.parameters import Choice, Integer
from webapp.lessons.values import Values

START_METHODS = ("fork", "spawn", "forkserver")

start_method = Choice(name="start_method", default=START_METHODS[0], options=START_METHODS)

every_thread_ended = Claim("every-thread-ended", every_worker_ended())
every_child_ended = Claim("every-child-ended", every_worker_ended())
one_parent = Claim("one-parent", had_one_parent())


def a_pid_each(children: Callable[[Values], int]) -> Claim:
    """Claim that the `children` and the main process all have different pids."""
    return Claim("a-pid-each", ran_processes(lambda values: children(values) + 1))


def thread_count(default: int, maximum: int = 10) -> Integer:
    """Declare the parameter `thread_count`: the number of threads that a demo starts."""
    return Integer(name="thread_count", default=default, minimum=1, maximum=maximum)


def threads(values: Values) -> int:
    """Return the chosen number of threads."""
    return int(values["thread_count"])


def forked(values: Values) -> bool:
    """Return whether the start method is fork; other methods start a new interpreter."""
    return str(values["start_method"]) == "fork"
