"""The links of a kept run: its page and its files."""

from __future__ import annotations

import json
from dataclasses import dataclass

from webapp.engine.recording import Recording
from webapp.lessons.text import LANGUAGES
from webapp.pages import addresses
from webapp.pages.site.site import Run, Site


@dataclass(frozen=True)
class Links:
    """A kept run's addresses.

    `own` is the JSON that the visitor's browser stores about a run that it has just made; "" for
    any other run. A `late` run has not been written to the database yet.
    """

    page: str
    json: str
    trace: str
    picture: str
    program: str
    own: str
    late: bool


def build_links(site: Site, run: Run, recording: Recording, *, own: bool = False) -> Links:
    """Return a kept run's addresses."""
    return Links(
        page=addresses.run(run.language, run.id),
        json=addresses.run_json(run.id),
        trace=addresses.run_trace(run.id),
        picture=addresses.run_picture(run.id),
        program=addresses.run_program(run.id),
        own=json.dumps(_note(site, run, recording)) if own else "",
        late=site.store.is_waiting(run.id),
    )


def _note(site: Site, run: Run, recording: Recording) -> dict[str, object]:
    """Return what static/js/kept.js stores, in all languages: the next page may have another."""
    outcome = f"outcome.{recording.outcome.name.lower()}.title"
    return {
        "id": run.id,
        "began": recording.receipt.started_at,
        "titles": {language: run.demo.title[language] for language in LANGUAGES},
        "outcomes": {language: site.wordings[language](outcome) for language in LANGUAGES},
    }
