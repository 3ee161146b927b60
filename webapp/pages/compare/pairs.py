"""The comparisons on a demo's page: the course's pairs, itself, the topic's other demos."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from webapp.lessons.text import Language
from webapp.lessons.topic import Demo, Pair, Topic, find_demo
from webapp.lessons.values import Values
from webapp.pages import addresses
from webapp.pages.compare.selection import query_of_both
from webapp.pages.demo.form import CompareLink, CompareMenu
from webapp.pages.site.site import Site

TopicAndDemo = tuple[Topic, Demo]


@dataclass(frozen=True)
class FoundPair:
    """A pair with both its demos."""

    pair: Pair
    first: TopicAndDemo
    second: TopicAndDemo

    @property
    def names(self) -> tuple[str, str]:
        """Both demos' names in an address."""
        topic, demo = self.first
        return topic.name_of(demo), self.pair.other

    def is_about(self, names: tuple[str, str], values: tuple[Values, Values]) -> bool:
        """Return whether the pair is about these demos with these values."""
        chosen = (self.pair.values, self.pair.other_values)
        return self.names == names and all(
            own.items() <= given.items() for own, given in zip(chosen, values, strict=True)
        )

    def query(self) -> dict[str, object]:
        """Return the query of an address that opens the comparison."""
        (topic, demo), (other_topic, other) = self.first, self.second
        return query_of_both(
            (topic, demo, {**demo.defaults, **self.pair.values}),
            (other_topic, other, {**other.defaults, **self.pair.other_values}),
        )


def find_pairs(site: Site) -> Iterator[FoundPair]:
    """Yield all pairs of the course."""
    for topic in site.topics:
        for demo in topic.demos:
            for pair in demo.beside:
                if second := find_demo(site.topics, pair.other):
                    yield FoundPair(pair, (topic, demo), second)


def pair_links(site: Site, language: Language, demo: Demo) -> Iterator[CompareLink]:
    """Yield links to the course's pairs with this demo on either side."""
    for found in find_pairs(site):
        if demo is found.first[1] or demo is found.second[1]:
            yield CompareLink(
                found.pair.title[language],
                addresses.comparison(language, found.query()),
                found.pair.look[language],
            )


def build_compare_menu(
    site: Site, language: Language, topic: Topic, demo: Demo, query: Mapping[str, object]
) -> CompareMenu:
    """Return the links from a demo to comparisons. `query` holds the demo's values."""
    own = (topic, demo)
    itself = site.wordings[language]("compare.itself")
    others = [(itself, demo)]
    others += [(other.title[language], other) for other in topic.demos if other is not demo]
    return CompareMenu(
        pairs=tuple(pair_links(site, language, demo)),
        others=tuple(
            CompareLink(title, addresses.beside(language, own, (topic, other), query))
            for title, other in others
        ),
    )
