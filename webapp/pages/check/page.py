"""The page of a topic's check: its questions, and after the runs what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from webapp.lessons.questions import Question
from webapp.lessons.text import Language
from webapp.lessons.topic import Demo, Topic
from webapp.pages import addresses
from webapp.pages.check.choosing import Asked
from webapp.pages.demo.next import topic_after
from webapp.pages.demo.option import Option
from webapp.pages.demo.source import highlighted
from webapp.pages.site.layout import Page, build_page
from webapp.pages.site.site import Site


@dataclass(frozen=True)
class CodeLine:
    """A line of a program. `option` is the name of the answer that it is, or ""."""

    html: Markup
    option: str


@dataclass(frozen=True)
class CheckField:
    """A question with the program that it is about. `chosen` is the answer's name, or "".

    It `asks_for_a_line` if the answers are lines of the program.
    """

    name: str
    demo: str
    address: str
    file: str
    source: Sequence[CodeLine]
    prompt: str
    options: tuple[Option, ...]
    chosen: str
    asks_for_a_line: bool


@dataclass(frozen=True)
class CheckView:
    """The page. It is `running` while its runs decide; `note` says what is missing."""

    page: Page
    topic: str
    topic_title: str
    topic_address: str
    address: str
    fields: tuple[CheckField, ...]
    running: bool
    note: str
    on: Onward | None


@dataclass(frozen=True)
class Onward:
    """Where to go on after the check."""

    title: str
    address: str


def build_check(
    site: Site,
    language: Language,
    topic: Topic,
    asked: Sequence[Asked],
    answers: Mapping[str, str],
    *,
    running: bool = False,
) -> CheckView:
    """Return the page. `answers` maps the questions' names to options; see `read_answers`."""
    say, title = site.wordings[language], topic.title[language]
    return CheckView(
        page=build_page(
            site,
            language,
            title=f"{say('check.title')} · {title}",
            description=say("check.description", topic=title),
            address=lambda other: addresses.check(other, topic),
            topic=topic,
            # Its questions are those of the demos' pages.
            indexed=False,
        ),
        topic=topic.slug,
        topic_title=title,
        topic_address=addresses.topic(language, topic),
        address=addresses.check(language, topic),
        fields=tuple(_field(language, topic, one, answers.get(one.name, "")) for one in asked),
        running=running,
        note="",
        on=next_topic(site, language, topic),
    )


def read_answers(asked: Sequence[Asked], sent: Mapping[str, str]) -> dict[str, str]:
    """Return the options that were chosen, by the questions' names. Others are ignored."""
    return {
        one.name: chosen
        for one in asked
        if (chosen := sent.get(one.name, "")) in one.question.choices()
    }


def next_topic(site: Site, language: Language, topic: Topic) -> Onward | None:
    """Return a link to the topic that follows in the course, or None after the last one."""
    following = topic_after(site, topic)
    if following is None:
        return None
    return Onward(following.title[language], addresses.topic(language, following))


def _field(language: Language, topic: Topic, asked: Asked, chosen: str) -> CheckField:
    demo, question = asked.demo, asked.question
    return CheckField(
        name=asked.name,
        demo=demo.title[language],
        address=addresses.demo(language, topic, demo),
        file=demo.path.name,
        source=_lines(demo, question),
        prompt=question.prompt[language],
        options=tuple(Option(name, text[language]) for name, text in question.choices().items()),
        chosen=chosen,
        asks_for_a_line=question.line is not None,
    )


def _lines(demo: Demo, question: Question) -> tuple[CodeLine, ...]:
    names = {option.number: option.name for option in question.options if option.number}
    return tuple(
        CodeLine(html, names.get(number, ""))
        for number, html in enumerate(highlighted(demo.source), start=1)
    )
