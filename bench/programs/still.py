"""The site without lanes that grow during a run, for comparison: see bench/growing.py."""

from collections.abc import Iterable

from webapp.app import create_app
from webapp.engine.events import Event
from webapp.pages.run.frames import Frames


def _take_nothing(frames: Frames, events: Iterable[Event]) -> None:
    """Take no events, so that there is never any news."""


Frames.take = _take_nothing  # type: ignore[assignment,method-assign]
app = create_app()
