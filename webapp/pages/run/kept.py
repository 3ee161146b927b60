"""Finds kept runs by their id, or says why there is none."""

from __future__ import annotations

from dataclasses import dataclass, replace

from werkzeug.exceptions import NotFound

from webapp.engine.runner import ID, Phase, UnknownRun, Unreachable
from webapp.lessons.parameters import InvalidParameters, take_all
from webapp.lessons.text import DEFAULT_LANGUAGE, Language
from webapp.lessons.topic import Demo, Topic
from webapp.lessons.values import Values
from webapp.pages.languages import visitor_language
from webapp.pages.run.keeping import keep
from webapp.pages.site.site import Run, Site
from webapp.store.errors import PrunedRun
from webapp.store.runs import StoredRun


class NoSuchRun(NotFound):
    """A run was not found. `reason` is part of the keys of the error page's texts.

    `which` names the run if several were asked for.
    """

    which = ""

    def __init__(self, site: Site, reason: str) -> None:
        self.reason = f"run_{reason}"
        say, key = site.wordings[visitor_language()], f"error.{self.reason}"
        super().__init__(f"{say(f'{key}.title')}. {say(f'{key}.text')}")


@dataclass(frozen=True)
class Kept:
    """A stored run with its demo.

    If the demo's program has `changed` since, `run.demo` has no claims: they are about the new
    source.
    """

    run: Run
    stored: StoredRun
    changed: bool


def find_kept(site: Site, id: str, language: Language = DEFAULT_LANGUAGE) -> Kept:
    """Return a kept run with its demo. Raises NoSuchRun and StoreError."""
    stored = find_stored(site, id)
    topic = site.topic(stored.topic)
    demo = topic.demo(stored.demo) if topic else None
    if topic is None or demo is None:
        raise NoSuchRun(site, "former")
    changed = stored.source != demo.source
    if changed:
        demo = replace(demo, claims=(), observations=())
    return Kept(_run(site, language, topic, demo, stored), stored, changed)


def find_stored(site: Site, id: str) -> StoredRun:
    """Return a run as it was stored. Raises NoSuchRun and StoreError."""
    if not ID.fullmatch(id):
        raise NoSuchRun(site, "malformed")
    try:
        return site.store.find(id)
    except PrunedRun:
        raise NoSuchRun(site, "pruned") from None
    except UnknownRun:
        if is_live(site, id):
            raise NoSuchRun(site, "going") from None
        if stored := _stored_late(site, id):
            return stored
        raise NoSuchRun(site, "unknown") from None


def is_live(site: Site, id: str) -> bool:
    """Return whether a run is queued or running."""
    try:
        return site.runner.state(id).phase is not Phase.OVER
    except (UnknownRun, Unreachable):
        return False


def _stored_late(site: Site, id: str) -> StoredRun | None:
    """Store a run that could not be stored when it ended, if the runner still has its record."""
    try:
        recording = site.runner.recording(id)
        if recording and keep(site, site.find(id), recording):
            return site.store.find(id)
    except (UnknownRun, Unreachable):
        pass
    return None


def _run(site: Site, language: Language, topic: Topic, demo: Demo, stored: StoredRun) -> Run:
    return Run(
        stored.id,
        language,
        topic,
        demo,
        _values(site, demo, stored),
        stored.transcript_only,
        slow_motion=stored.recording.receipt.slow_motion,
    )


def _values(site: Site, demo: Demo, stored: StoredRun) -> Values:
    try:
        return take_all(demo.parameters, stored.values)
    except InvalidParameters:
        raise NoSuchRun(site, "former") from None
