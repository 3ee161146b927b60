"""What a demo needs of a machine, and the message if no reachable machine has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from webapp.engine.machines import Machine, Needs
from webapp.lessons.topic import Demo, Topic
from webapp.pages import addresses
from webapp.pages.texts.wording import Wording


@dataclass(frozen=True)
class UnmetNeeds:
    """Why a demo cannot run here (`why`), and what to do `instead` with its `file`.

    `elsewhere` is the address of a run that was made on another machine; "" if there is none.
    """

    why: str
    elsewhere: str
    instead: str
    file: str
    download: str


@dataclass(frozen=True)
class FullerRun:
    """A run made elsewhere: why it shows more than a run here, and its address."""

    why: str
    address: str


def is_offered(demo: Demo, machines: Sequence[Machine]) -> bool:
    """Return whether one of the machines meets the demo's needs.

    True if there are no machines: the run itself then reports that none is reachable.
    """
    return not machines or any(machine.meets(demo.needs) for machine in machines)


def build_unmet_needs(
    say: Wording, topic: Topic, demo: Demo, query: Mapping[str, object]
) -> UnmetNeeds:
    """Return the message for a demo. `query` holds the values for its file."""
    return UnmetNeeds(
        why=unmet_needs_text(say, demo.needs),
        elsewhere=addresses.example(say.language, topic, demo) if demo.elsewhere().exists() else "",
        instead=say("needs.instead"),
        file=demo.path.name,
        download=addresses.download(say.language, topic, demo, query),
    )


def fuller_runs(
    say: Wording, topic: Topic, demo: Demo, machines: Sequence[Machine]
) -> Iterator[FullerRun]:
    """Yield the runs made elsewhere that show more than each of these machines can."""
    for name, needs in demo.fuller.items():
        if machines and not any(machine.meets(needs) for machine in machines):
            why = say("needs.fuller", needs=_listed(say, needs))
            yield FullerRun(why, addresses.elsewhere(say.language, topic, demo, name))


def unmet_needs_text(say: Wording, needs: Needs) -> str:
    """Return the sentence that says what is needed and that no machine has it."""
    return say("needs.lack", needs=_listed(say, needs))


def _listed(say: Wording, needs: Needs) -> str:
    *others, last = _needs(say, needs)
    first = say("list.separator").join(others)
    return f"{first}{say('list.and')}{last}" if others else last


def _needs(say: Wording, needs: Needs) -> Iterator[str]:
    if needs.cores > 1:
        yield say("needs.cores", count=needs.cores)
    if needs.python:
        yield say("needs.python", version=say.version(needs.python))
    if needs.free_threaded:
        yield say("needs.free_threaded")
    if needs.start_method:
        yield say("needs.start_method", method=needs.start_method)
