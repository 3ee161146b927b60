"""The recorded run that a demo's page shows until its visitor has made one.

It is the latest that anybody made of the demo's own values. Where there is none yet, the first page
asks for one: it is made then, once, and kept like any other.
"""

from __future__ import annotations

import gzip
import logging
from contextlib import closing
from dataclasses import dataclass, replace
from threading import Lock

from markupsafe import Markup

from webapp.engine.runner import Interrupted, Unreachable
from webapp.lessons.text import Language
from webapp.lessons.topic import Demo, Topic
from webapp.pages import addresses
from webapp.pages.run.keeping import keep_ended
from webapp.pages.run.kept import NoSuchRun, find_kept
from webapp.pages.run.past import Past, draw_past, recorded
from webapp.pages.site.site import Site
from webapp.store.errors import StoreError

HEAVIEST = 5_000
"""Bytes that a result may add to a page, compressed; of a heavier one the page has only a link."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ExampleLinks:
    """Where an example is asked for: as a page, and as what htmx swaps in."""

    page: str
    fragment: str


@dataclass(frozen=True)
class Before:
    """What stands on a demo's page before its first run: a past one, or where to ask for it."""

    past: Past | None = None
    links: ExampleLinks | None = None


class Examples:
    """The examples of one topic's demos."""

    def __init__(self, site: Site, topic: Topic) -> None:
        self._site = site
        self._topic = topic
        self._drawn: dict[tuple[str, Language, bool], tuple[str, Past]] = {}
        self._making = {demo.slug: Lock() for demo in topic.demos}
        self._hopeless: set[str] = set()

    def before(self, demo: Demo, language: Language, *, offered: bool) -> Before:
        """Draw what is there, whatever is wrong with the store."""
        try:
            id = self.find(demo)
            if id is not None:
                return Before(past=self.draw(demo, language, id, offered=offered))
        except (NoSuchRun, StoreError) as error:
            log.error("no example of %s: %s", demo.path, error)
            return Before()
        if demo.slug in self._hopeless or not offered:
            return Before()
        page = addresses.example(language, self._topic, demo)
        fragment = addresses.example_fragment(language, self._topic, demo)
        return Before(links=ExampleLinks(page, fragment))

    def find(self, demo: Demo) -> str | None:
        """Give the id of the run to show, if there is one. Raises StoreError."""
        return self._site.store.latest(self._topic.slug, demo.slug, demo.defaults, demo.source)

    def draw(self, demo: Demo, language: Language, id: str, *, offered: bool = True) -> Past:
        """Draw a run; it is drawn once. Raises NoSuchRun and StoreError."""
        drawn, past = self._drawn.get((demo.slug, language, offered), ("", None))
        if past is None or drawn != id:
            kept = find_kept(self._site, id, language)
            say = self._site.wordings[language]
            key = "recorded.example" if offered else "recorded.lead"
            note = recorded(say, key, kept.stored)
            past = _light(draw_past(self._site, kept.run, kept.stored.recording, note=note))
            self._drawn[demo.slug, language, offered] = id, past
        return past

    def make(self, demo: Demo, visitor: str) -> str | None:
        """Give the id of the run to show, after making one where there is none.

        Whoever asks meanwhile waits for the same one. None where it could not be kept, or did not
        come to an end of its own. Raises Busy and StoreError.
        """
        with self._making[demo.slug]:
            found = self.find(demo)
            if found is None and demo.slug not in self._hopeless:
                self._record(demo, visitor)
                found = self.find(demo)
                if found is None:
                    self._hopeless.add(demo.slug)
            return found

    def _record(self, demo: Demo, visitor: str) -> None:
        run = self._site.start("en", self._topic, demo, demo.defaults, visitor=visitor)
        try:
            with closing(self._site.runner.follow(run.id)) as batches:
                for _ in batches:
                    pass
        except Interrupted as error:
            raise Unreachable from error
        keep_ended(self._site, run)


def _light(past: Past) -> Past:
    heavy = len(gzip.compress(past.result.encode())) > HEAVIEST
    return replace(past, result=Markup("")) if heavy else past
