"""Where a demo leads to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from webapp.lessons.text import Language
from webapp.lessons.topic import Demo, Topic
from webapp.pages import addresses
from webapp.pages.site.site import Site


@dataclass(frozen=True)
class NextLink:
    """A link to go on by."""

    label: str
    title: str
    address: str


def next_links(site: Site, language: Language, topic: Topic, demo: Demo) -> Iterator[NextLink]:
    """Yield where to go on: to the demo that this one names, else to the next one in order.

    The last demo of a topic leads to the next topic, and that of the last topic to the page about
    programs of one's own.
    """
    say = site.wordings[language]
    following = topic.demos[topic.demos.index(demo) + 1 :]
    named = topic.demo(demo.next) if demo.next else None
    for other in [named] if named else following[:1]:
        yield NextLink(
            say("topic.next"), other.title[language], addresses.demo(language, topic, other)
        )
    if not following:
        yield _next_topic(site, language, topic)


def _next_topic(site: Site, language: Language, current: Topic) -> NextLink:
    say = site.wordings[language]
    topic = topic_after(site, current)
    if topic is None:
        return NextLink(say("topic.next"), say("record.name"), addresses.record(language))
    address = addresses.demo(language, topic, topic.demos[0])
    return NextLink(say("topic.next_topic"), topic.title[language], address)


def topic_after(site: Site, topic: Topic) -> Topic | None:
    """Return the topic that follows in the course, or None after the last one."""
    return next(iter(site.topics[site.topics.index(topic) + 1 :]), None)
