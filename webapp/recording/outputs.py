"""The forms in which a run can be written: which one, the ending of the file's name decides."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from webapp.engine.recording import Recording
from webapp.recording.ran import Ran
from webapp.recording.source import Refused

if TYPE_CHECKING:
    from webapp.pages.texts.wording import Wording

Write = Callable[["Wording", Ran], str]


class Form(NamedTuple):
    """A form: how a run is written, how the file is opened, and whether it is a page.

    `load` imports what writes it, and returns the function: the command does it while the program
    runs.
    """

    load: Callable[[], Write]
    opened: str
    is_page: bool = False

    def write(self, say: Wording, ran: Ran) -> str:
        """Return the run in this form."""
        return self.load()(say, ran)


def form_of(path: Path) -> Form:
    """Return the form of a file of that name. Raises Refused."""
    for ending, form in FORMS.items():
        if path.name.lower().endswith(ending):
            return form
    raise Refused(
        f"{path}: its ending must say what to write: .html (a page), .json (all events) or "
        ".trace.json (a trace for ui.perfetto.dev)"
    )


def events_json(recording: Recording) -> str:
    """Return the whole recording as one JSON object; its events have the names of Event's fields.

    Times of events are microseconds since the program began, `wall` and `cpu` are seconds.
    """
    rest = asdict(replace(recording, events=()))
    whole = {**rest, "events": [event._asdict() for event in recording.events]}
    return json.dumps(whole, ensure_ascii=False) + "\n"


def _load_trace() -> Write:
    from webapp.timeline.reading import draw  # noqa: PLC0415
    from webapp.timeline.trace import draw_trace  # noqa: PLC0415

    def write(say: Wording, ran: Ran) -> str:
        return json.dumps(draw_trace(draw(ran.recording)), ensure_ascii=False) + "\n"

    return write


def _load_page() -> Write:
    from webapp.recording.page import draw_page  # noqa: PLC0415

    return draw_page


PAGE = Form(_load_page, "open it in a browser", is_page=True)

FORMS: Mapping[str, Form] = {
    ".html": PAGE,
    ".htm": PAGE,
    ".trace.json": Form(_load_trace, "open it at ui.perfetto.dev"),
    ".json": Form(lambda: lambda say, ran: events_json(ran.recording), "its events are JSON"),
}
"""The forms by the ending of the file's name; the first that fits."""
