"""What the pages stand on: wired once by `create_app`, handed to every blueprint."""

from __future__ import annotations

import hashlib
import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

from jinja2 import Environment

from webapp.engine.recording import Recording
from webapp.engine.runner import Runner, UnknownRun
from webapp.lessons.text import Language
from webapp.lessons.topic import Demo, Topic, Values
from webapp.pages.assets import Assets
from webapp.pages.prose import Library
from webapp.pages.rate import RunLimit
from webapp.pages.repeat.running import Repetitions
from webapp.pages.wording import Wording
from webapp.store.errors import StoreError
from webapp.store.store import Store, StoredRun

RUNS_KEPT = 10_000

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Run:
    """A run as the pages know it: of which demo, with what, in whose language."""

    id: str
    language: Language
    topic: Topic
    demo: Demo
    values: Values
    transcript_only: bool


class Runs:
    """Which demo each run is of. The oldest are forgotten."""

    def __init__(self, kept: int = RUNS_KEPT) -> None:
        self._kept = kept
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._lock = Lock()

    def add(self, run: Run) -> None:
        """Remember a run that was just started."""
        with self._lock:
            self._runs[run.id] = run
            if len(self._runs) > self._kept:
                self._runs.popitem(last=False)

    def find(self, id: str) -> Run:
        """Give the run of that id. Raises UnknownRun."""
        with self._lock:
            if id not in self._runs:
                raise UnknownRun(id)
            return self._runs[id]


@dataclass(frozen=True)
class Site:
    """Everything that a page needs."""

    topics: tuple[Topic, ...]
    wordings: Mapping[Language, Wording]
    library: Library
    assets: Assets
    runner: Runner
    runs: Runs
    repetitions: Repetitions
    store: Store
    templates: Environment
    limit_runs: RunLimit

    def render(self, template: str, view: object) -> str:
        """Fill a template with its one view object."""
        return self.templates.get_template(template).render(view=view)

    def keep(self, run: Run, recording: Recording) -> bool:
        """Store a run that is over; False, and a line in the log, where that cannot be done."""
        log.info("a run is over", extra=_told(run, recording))
        try:
            self.store.save(_stored(run, recording))
        except Exception as error:  # whatever it is, the run itself is there to be shown
            expected = isinstance(error, StoreError)
            told = "the run %s of %s could not be kept: %s"
            log.error(told, run.id, run.demo.path, error, exc_info=not expected)
            return False
        return True

    def topic(self, slug: str) -> Topic | None:
        """Give the topic of that name, if there is one."""
        return next((topic for topic in self.topics if topic.slug == slug), None)


def _told(run: Run, recording: Recording) -> dict[str, object]:
    """What the log says of a run."""
    return {
        "run": run.id,
        "demo": run.topic.name_of(run.demo),
        "outcome": recording.outcome.value,
        "seconds": round(recording.wall, 3),
    }


def _stored(run: Run, recording: Recording) -> StoredRun:
    ran, source = recording.receipt.source_sha256, run.demo.source
    # A run without a hash never came to reading its file.
    if ran and ran != hashlib.sha256(source.encode()).hexdigest():
        raise StoreError("Its file was changed after the server had read it.")
    return StoredRun(
        id=run.id,
        topic=run.topic.slug,
        demo=run.demo.slug,
        values=run.values,
        transcript_only=run.transcript_only,
        source=source,
        recording=recording,
        stored_at=datetime.now(UTC),
    )
