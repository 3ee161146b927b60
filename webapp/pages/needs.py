"""What a demo needs of a machine, in words, where no machine that answers has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from webapp.engine.machines import Machine, Needs
from webapp.lessons.topic import Demo
from webapp.pages.wording import Wording


def is_offered(demo: Demo, machines: Sequence[Machine]) -> bool:
    """Whether a demo can be run; where nobody answers at the moment, who tries is told so."""
    return not machines or any(machine.meets(demo.needs) for machine in machines)


def tell_lack(say: Wording, demo: Demo, machines: Sequence[Machine]) -> str:
    """Say what a demo needs that no machine has; nothing where one has it."""
    if is_offered(demo, machines):
        return ""
    needs = say("list.separator").join(_needs(say, demo.needs))
    return say("needs.lack", needs=needs)


def _needs(say: Wording, needs: Needs) -> Iterator[str]:
    if needs.cores > 1:
        yield say("needs.cores", count=needs.cores)
    if needs.python:
        yield say("needs.python", version=needs.python)
    if needs.free_threaded:
        yield say("needs.free_threaded")
    if needs.start_method:
        yield say("needs.start_method", method=needs.start_method)
