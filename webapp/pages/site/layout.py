"""The frame of every page: title, language links, the menu of all topics, the footer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import request
from markupsafe import Markup

from webapp.lessons.text import LANGUAGES, Language
from webapp.lessons.topic import Topic
from webapp.pages import addresses
from webapp.pages.site.site import Site
from webapp.pages.texts.wording import Wording

FOOTER = ("teachers", "record", "schedules", "api", "privacy")
"""The pages that every footer links to."""


@dataclass(frozen=True)
class TopicLink:
    """A topic in a list. `number` is its place in the course, `lanes` its small picture."""

    number: str
    title: str
    summary: str
    address: str
    current: bool
    level: str
    minutes: str
    lanes: Markup


@dataclass(frozen=True)
class ChapterLinks:
    """A chapter with its topics."""

    name: str
    title: str
    topics: tuple[TopicLink, ...]


@dataclass(frozen=True)
class PageLink:
    """A page in the header or the footer."""

    name: str
    address: str
    current: bool


@dataclass(frozen=True)
class Alternate:
    """A page in one language: `address` is the link for visitors, `url` the one for crawlers."""

    language: Language
    name: str
    address: str
    url: str
    current: bool


@dataclass(frozen=True)
class Page:
    """What the base template shows."""

    say: Wording
    title: str
    description: str
    canonical: str
    alternates: tuple[Alternate, ...]
    chapters: tuple[ChapterLinks, ...]
    home: str
    is_home: bool
    record: str
    teachers: PageLink
    footer: tuple[PageLink, ...]
    asset: Callable[[str], str]
    indexed: bool = True


def build_page(
    site: Site,
    language: Language,
    *,
    title: str,
    description: str,
    address: Callable[[Language], str],
    topic: Topic | None = None,
    indexed: bool = True,
) -> Page:
    """Return the frame of a page. `address` returns the page's address in a language."""
    say = site.wordings[language]
    return Page(
        say=say,
        title=title,
        description=description,
        canonical=_url(address(language)),
        alternates=tuple(_alternate(site, other, address, language) for other in LANGUAGES),
        chapters=build_chapters(site, language, topic),
        home=addresses.home(language),
        is_home=address(language) == addresses.home(language),
        record=addresses.record(language),
        teachers=_page_link(say, "teachers", address(language)),
        footer=tuple(_page_link(say, name, address(language)) for name in FOOTER),
        asset=site.assets.address,
        indexed=indexed,
    )


def build_chapters(
    site: Site, language: Language, current: Topic | None = None
) -> tuple[ChapterLinks, ...]:
    """Return links to all topics, by chapter."""
    return tuple(
        ChapterLinks(
            chapter,
            site.wordings[language](f"chapter.{chapter}"),
            _topic_links(site, language, chapter, current),
        )
        for chapter in dict.fromkeys(topic.chapter for topic in site.topics)
    )


def _topic_links(
    site: Site, language: Language, chapter: str, current: Topic | None
) -> tuple[TopicLink, ...]:
    say = site.wordings[language]
    return tuple(
        TopicLink(
            number=say.number(topic.order),
            title=topic.title[language],
            summary=topic.summary[language],
            address=addresses.topic(language, topic),
            current=topic is current,
            level=say(f"home.level_{topic.level}"),
            minutes=say("home.minutes", count=topic.minutes),
            lanes=Markup(topic.lanes),
        )
        for topic in site.topics
        if topic.chapter == chapter
    )


def _page_link(say: Wording, page: str, current: str) -> PageLink:
    address = addresses.about(say.language, page)
    return PageLink(say(f"{page}.name"), address, address == current)


def _alternate(
    site: Site, language: Language, address: Callable[[Language], str], current: Language
) -> Alternate:
    to = address(language)
    name = site.wordings[language]("language.name")
    return Alternate(language, name, to, _url(to), language == current)


def _url(address: str) -> str:
    """Return an absolute URL without its query: parameters do not make another page."""
    return request.host_url.rstrip("/") + urlsplit(address).path
