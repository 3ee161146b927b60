"""A topic's explanation: Markdown that refers to demos and never copies them.

It extends Markdown with links to `demo:SLUG`, `demo:SLUG?PARAMETERS` and `topic:TOPIC/DEMO`, and
with fenced blocks `demo SLUG FUNCTION`, which show that function's source from the demo's file. The
text before the first `## ` heading is the lead; each `## ` section after it can be collapsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from webapp.lessons.broken import BrokenTopic
from webapp.lessons.text import LANGUAGES, Language
from webapp.lessons.topic import Demo, Topic
from webapp.pages import addresses
from webapp.pages.demo.source import LEXERS, definition, highlighted
from webapp.pages.texts.wording import Wording

_LINK = re.compile(r"^(demo|topic):([\w/-]+(?:\?[\w=&.-]+)?)$")


@dataclass(frozen=True)
class Section:
    """One `## ` section."""

    anchor: str
    title: Markup
    html: Markup


@dataclass(frozen=True)
class Prose:
    """A rendered text in one language."""

    lead: Markup
    sections: Sequence[Section]


class Library:
    """All explanations, rendered when the site starts.

    Raises BrokenTopic if one refers to something that does not exist.
    """

    def __init__(self, topics: Sequence[Topic], wordings: Mapping[Language, Wording]) -> None:
        self._prose = {
            (topic.slug, language): _Renderer(topics, topic, wordings[language]).prose()
            for topic in topics
            for language in LANGUAGES
        }

    def prose(self, topic: Topic, language: Language) -> Prose:
        """Return a topic's explanation in one language."""
        return self._prose[topic.slug, language]


class Markdown:
    """Renders Markdown. `address` resolves a link's target; `fence` renders a fenced block."""

    def __init__(self, address: Callable[[str], str], fence: Callable[[Token], str]) -> None:
        self._address = address
        self._fence = fence
        self._markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
        self._markdown.add_render_rule("fence", self._fence_rule())

    def prose(self, text: str) -> Prose:
        """Render a whole text."""
        tokens = self._markdown.parse(text)
        self._resolve(tokens)
        lead, *rest = _split(tokens)
        return Prose(
            self._render(lead), tuple(self._section(n, part) for n, part in enumerate(rest, 1))
        )

    def _section(self, number: int, tokens: Sequence[Token]) -> Section:
        # A heading is three tokens: open, text, close.
        return Section(f"s{number}", self._render(tokens[1:2]), self._render(tokens[3:]))

    def _render(self, tokens: Sequence[Token]) -> Markup:
        return Markup(self._markdown.renderer.render(tokens, self._markdown.options, {}))

    def _resolve(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            for child in token.children or ():
                if child.type == "link_open":
                    child.attrs["href"] = self._address(str(child.attrs["href"]))

    def _fence_rule(self) -> Callable[[object, Sequence[Token], int, object, object], str]:
        def rule(
            renderer: object, tokens: Sequence[Token], index: int, options: object, env: object
        ) -> str:
            return self._fence(tokens[index])

        return rule


def code_of(token: Token) -> str:
    """Render a fenced block as code, highlighted if its language is one of LEXERS."""
    language = (*token.info.split(), "")[0]
    known = language in LEXERS
    return _code(highlighted(token.content, language) if known else [escape(token.content)])


class _Renderer:
    """Renders the explanation of one topic in one language."""

    def __init__(self, topics: Sequence[Topic], topic: Topic, say: Wording) -> None:
        self._topics = {other.slug: other for other in topics}
        self._topic = topic
        self._say = say

    def prose(self) -> Prose:
        """Render the topic's text."""
        text = self._topic.prose(self._say.language)
        return Markdown(self._address, self._fence).prose(text)

    def _address(self, href: str) -> str:
        found = _LINK.match(href)
        if not found:
            return href
        kind, name = found.groups()
        if kind == "demo":
            own, _, query = name.partition("?")
            linked = self._demo(self._topic, own)
            return addresses.demo(self._say.language, self._topic, linked, dict(parse_qsl(query)))
        slug, _, demo = name.partition("/")
        if slug not in self._topics:
            raise self._broken(f"there is no topic {slug}")
        topic = self._topics[slug]
        if not demo:
            return addresses.topic(self._say.language, topic)
        return addresses.demo(self._say.language, topic, self._demo(topic, demo))

    def _fence(self, token: Token) -> str:
        words = token.info.split()
        if words[:1] == ["demo"]:
            if len(words) != 3:  # noqa: PLR2004 (the word "demo" and its two arguments)
                raise self._broken(f"`{token.info}` is not `demo SLUG FUNCTION`")
            return self._included(words[1], words[2])
        return code_of(token)

    def _included(self, slug: str, name: str) -> str:
        demo = self._demo(self._topic, slug)
        try:
            text, line = definition(demo.source, name)
        except KeyError:
            raise self._broken(f"{slug} has no function {name}") from None
        address = f"{addresses.demo(self._say.language, self._topic, demo)}#L{line}"
        caption = Markup('<figcaption><a href="{}" dir="ltr">{} · {}</a></figcaption>')
        return f'<figure class="excerpt">{caption.format(address, demo.path.name, name)}' + (
            f"{_code(highlighted(text))}</figure>\n"
        )

    def _demo(self, topic: Topic, slug: str) -> Demo:
        demo = topic.demo(slug)
        if demo is None:
            raise self._broken(f"{topic.slug} has no demo {slug}")
        return demo

    def _broken(self, reason: str) -> BrokenTopic:
        return BrokenTopic(self._topic.folder / f"{self._say.language}.md", reason)


def _split(tokens: Sequence[Token]) -> list[list[Token]]:
    """Split before each second-level heading."""
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.type == "heading_open" and token.tag == "h2":
            parts.append([])
        parts[-1].append(token)
    return parts


def _code(lines: Sequence[Markup]) -> str:
    code = Markup("\n").join(lines)
    # `tabindex` lets the keyboard scroll the block.
    return f'<pre class="code" dir="ltr" tabindex="0"><code>{code}</code></pre>\n'
