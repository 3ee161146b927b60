"""The run at the top of the home page: a few lines of a demo, and their lanes from a recording.

The recording is a real run. `tools/lanes.py` makes it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markupsafe import Markup

from webapp.engine.recording import Recording
from webapp.lessons.text import Language
from webapp.lessons.topic import find_demo
from webapp.pages import addresses
from webapp.pages.demo.form import query_of
from webapp.pages.demo.source import definition, highlighted
from webapp.pages.site.site import Site
from webapp.store.files import read_recording
from webapp.timeline.figure import Setting, draw_figure
from webapp.timeline.reading import draw

DEMO = "lock/lock-around-everything"
VALUES: Mapping[str, float] = {"thread_count": 3, "sleep_seconds": 1.0}
RECORDING = Path(__file__).with_name("hero.recording")
SHOWN = "work"
"""The function whose lines are shown: it is what the threads run."""
LINES = "hero-L"
"""The prefix of the ids of its lines."""


@dataclass(frozen=True)
class Hero:
    """A recorded run: its lines by number, its lanes, and the address of its demo."""

    file: str
    lines: Sequence[tuple[int, Markup]]
    prefix: str
    lanes: Markup
    seconds: str
    demo: str


def build_hero(site: Site, language: Language) -> Hero | None:
    """Return the recorded run; None if the site serves another course."""
    found = find_demo(site.topics, DEMO)
    if found is None:
        return None
    topic, demo = found
    say, recording = site.wordings[language], read_hero()
    text, first = definition(demo.source, SHOWN)
    last = first + len(text.splitlines())
    lines = enumerate(highlighted(demo.source)[first - 1 : last - 1], first)
    setting = Setting(lines=LINES, name=say("home.hero"), still=True)
    return Hero(
        file=demo.path.name,
        lines=tuple(lines),
        prefix=LINES,
        lanes=Markup(draw_figure(draw(recording), say, setting)),
        seconds=say.seconds(recording.wall),
        demo=addresses.demo(language, topic, demo, query_of(demo, VALUES)),
    )


@cache
def read_hero() -> Recording:
    """Read the recording."""
    return read_recording(RECORDING)
