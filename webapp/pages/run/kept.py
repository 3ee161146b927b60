"""Runs that are kept: found again by their id, or told why they are not there."""

from __future__ import annotations

from dataclasses import dataclass, replace

from werkzeug.exceptions import NotFound

from webapp.engine.runner import ID, Phase, UnknownRun, Unreachable
from webapp.lessons.parameters import InvalidParameters, take_all
from webapp.lessons.text import DEFAULT_LANGUAGE, Language
from webapp.lessons.topic import Demo, Topic, Values
from webapp.pages.languages import visitor_language
from webapp.pages.run.keeping import keep
from webapp.pages.site.site import Run, Site
from webapp.store.errors import PrunedRun
from webapp.store.runs import StoredRun


class NoSuchRun(NotFound):
    """There is nothing at a run's address; the texts have a title and a text for each `reason`.

    `which` says which run it is, where several were asked for.
    """

    which = ""

    def __init__(self, site: Site, reason: str) -> None:
        self.reason = f"run_{reason}"
        say, key = site.wordings[visitor_language()], f"error.{self.reason}"
        super().__init__(f"{say(f'{key}.title')}. {say(f'{key}.text')}")


@dataclass(frozen=True)
class Kept:
    """A stored run, and what the course says of it.

    Where the program was `changed` since, the demo comes without its claims: they are about
    another source.
    """

    run: Run
    stored: StoredRun
    changed: bool


def find_kept(site: Site, id: str, language: Language = DEFAULT_LANGUAGE) -> Kept:
    """Give a run with its demo. Raises NoSuchRun and StoreError."""
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
    """Give a run as it was stored. Raises NoSuchRun and StoreError."""
    if not ID.fullmatch(id):
        raise NoSuchRun(site, "malformed")
    try:
        return site.store.find(id)
    except PrunedRun:
        raise NoSuchRun(site, "pruned") from None
    except UnknownRun:
        if is_going(site, id):
            raise NoSuchRun(site, "going") from None
        if kept := _kept_now(site, id):
            return kept
        raise NoSuchRun(site, "unknown") from None


def is_going(site: Site, id: str) -> bool:
    """Tell whether a run is in line or running."""
    try:
        return site.runner.state(id).phase is not Phase.OVER
    except (UnknownRun, Unreachable):
        return False


def _kept_now(site: Site, id: str) -> StoredRun | None:
    """Store a run that the runner still knows, and that could not be stored when it ended."""
    try:
        recording = site.runner.recording(id)
        if recording and keep(site, site.find(id), recording):
            return site.store.find(id)
    except (UnknownRun, Unreachable):
        pass
    return None


def _run(site: Site, language: Language, topic: Topic, demo: Demo, stored: StoredRun) -> Run:
    return Run(
        stored.id, language, topic, demo, _values(site, demo, stored), stored.transcript_only
    )


def _values(site: Site, demo: Demo, stored: StoredRun) -> Values:
    try:
        return take_all(demo.parameters, stored.values)
    except InvalidParameters:
        raise NoSuchRun(site, "former") from None
