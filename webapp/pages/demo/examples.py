"""The example: a recorded run that a demo's page shows on request.

It is the latest kept run with the demo's default values, whoever started it. If there is none, the
first request runs the demo once, or takes the run that was made on another machine if no machine
here can run it. The run is kept like any other.
"""

from __future__ import annotations

import logging
from contextlib import closing
from dataclasses import dataclass
from threading import Lock

from webapp.engine.runner import Interrupted, Unreachable
from webapp.lessons.text import Language
from webapp.lessons.topic import Demo, Topic
from webapp.pages import addresses
from webapp.pages.demo.elsewhere import keep_run_made_elsewhere
from webapp.pages.demo.needs import is_offered
from webapp.pages.run.keeping import keep_ended
from webapp.pages.run.kept import find_kept
from webapp.pages.run.past import Past, recorded_note, render_past
from webapp.pages.site.site import Site
from webapp.pages.texts.wording import Wording
from webapp.store.errors import StoreError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ExampleLinks:
    """The addresses at which to request an example: as a page, and as a fragment for htmx."""

    page: str
    fragment: str


@dataclass(frozen=True)
class EarlierRun:
    """What a page shows before the visitor's first run: an earlier run, or links to request one."""

    past: Past | None = None
    links: ExampleLinks | None = None


@dataclass(frozen=True)
class NoExample:
    """The answer where there is no example and none can be made now."""

    say: Wording


class Examples:
    """The examples of one topic's demos."""

    def __init__(self, site: Site, topic: Topic) -> None:
        self._site = site
        self._topic = topic
        self._rendered: dict[tuple[str, Language, bool], tuple[str, Past]] = {}
        self._making = {demo.slug: Lock() for demo in topic.demos}
        self._hopeless: set[str] = set()

    def earlier(self, demo: Demo, language: Language, *, offered: bool) -> EarlierRun:
        """Return links to the example; none if there is no example, and none can be made."""
        there = offered or demo.elsewhere().exists() or self._is_there(demo)
        if demo.slug in self._hopeless or not there:
            return EarlierRun()
        page = addresses.example(language, self._topic, demo)
        fragment = addresses.example_fragment(language, self._topic, demo)
        return EarlierRun(links=ExampleLinks(page, fragment))

    def find(self, demo: Demo) -> str | None:
        """Return the id of the example, or None. Raises StoreError."""
        return self._site.store.latest(self._topic.slug, demo.slug, demo.defaults, demo.source)

    def render(self, demo: Demo, language: Language, id: str, *, offered: bool) -> Past:
        """Render a run, or return it from the cache. Raises NoSuchRun and StoreError."""
        rendered, past = self._rendered.get((demo.slug, language, offered), ("", None))
        if past is None or rendered != id:
            kept = find_kept(self._site, id, language)
            key = "recorded.example" if offered else "recorded.lead"
            note = recorded_note(self._site.wordings[language], key, kept.stored)
            past = render_past(self._site, kept.run, kept.stored.recording, note=note)
            self._rendered[demo.slug, language, offered] = id, past
        return past

    def make(self, demo: Demo, visitor: str) -> str | None:
        """Return the id of the example; run the demo first if there is none.

        Concurrent requests wait for the same run. Returns None if the run did not finish or could
        not be kept. Raises Busy and StoreError.
        """
        with self._making[demo.slug]:
            found = self.find(demo)
            if found is None and demo.slug not in self._hopeless:
                if is_offered(demo, self._site.runner.machines()):
                    self._record(demo, visitor)
                else:
                    keep_run_made_elsewhere(self._site, self._topic, demo)
                found = self.find(demo)
                if found is None:
                    self._hopeless.add(demo.slug)
            return found

    def _is_there(self, demo: Demo) -> bool:
        try:
            return self.find(demo) is not None
        except StoreError as error:
            log.error("no example of %s: %s", demo.path, error)
            return False

    def _record(self, demo: Demo, visitor: str) -> None:
        run = self._site.start("en", self._topic, demo, demo.defaults, visitor=visitor)
        try:
            with closing(self._site.runner.follow(run.id)) as batches:
                for _ in batches:
                    pass
        except Interrupted as error:
            raise Unreachable from error
        keep_ended(self._site, run)
