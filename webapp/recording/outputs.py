"""The forms in which a run can be written: which one, the ending of the file's name decides."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from webapp.engine.recording import Recording
from webapp.pages.texts.wording import Wording
from webapp.recording.page import draw_page
from webapp.recording.ran import Ran
from webapp.recording.source import Refused
from webapp.timeline.reading import draw
from webapp.timeline.trace import draw_trace


@dataclass(frozen=True, slots=True)
class Form:
    """A form: how a run is written, and how the file is opened."""

    write: Callable[[Wording, Ran], str]
    opened: str


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


def trace_json(recording: Recording) -> str:
    """Return the recording in Chrome's trace format, which Perfetto opens too."""
    return json.dumps(draw_trace(draw(recording)), ensure_ascii=False) + "\n"


FORMS: Mapping[str, Form] = {
    ".html": Form(draw_page, "open it in a browser"),
    ".htm": Form(draw_page, "open it in a browser"),
    ".trace.json": Form(lambda say, ran: trace_json(ran.recording), "open it at ui.perfetto.dev"),
    ".json": Form(lambda say, ran: events_json(ran.recording), "its events are JSON"),
}
"""The forms by the ending of the file's name; the first that fits."""
