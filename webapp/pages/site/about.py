"""Pages of prose outside the course: for teachers, on privacy, and on schedules.

Their texts are the Markdown files `texts/about/NAME.LANGUAGE.md`. Two kinds of link are resolved:
`topic:TOPIC/DEMO?PARAMETERS` to a demo, and `page:NAME` to another page of the site.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flask import Blueprint, Response
from markupsafe import Markup

from webapp.lessons.text import LANGUAGES, Language
from webapp.lessons.topic import find_demo
from webapp.pages import addresses
from webapp.pages.demo.prose import Markdown, Prose, code_of
from webapp.pages.site.layout import Page, build_page
from webapp.pages.site.site import Site

PAGES = ("teachers", "privacy", "schedules")
TEXTS = Path(__file__).parents[1] / "texts/about"


@dataclass(frozen=True)
class AboutView:
    """One page of prose."""

    page: Page
    name: str
    title: str
    prose: Prose

    @property
    def entries(self) -> Sequence[tuple[str, Markup]]:
        """The anchor and the title of each section."""
        return [(section.anchor, section.title) for section in self.prose.sections]


def about_blueprint(site: Site) -> Blueprint:
    """Return the routes of all PAGES in all languages. Each text is rendered once, here."""
    blueprint = Blueprint("about", __name__, url_prefix="/<language:language>")
    for name in PAGES:
        texts = {language: read_about(site, name, language) for language in LANGUAGES}
        blueprint.add_url_rule(f"/{name}", endpoint=name, view_func=_view(site, name, texts))
    return blueprint


def read_about(site: Site, name: str, language: Language) -> Prose:
    """Read and render the text of the page `name`."""
    text = (TEXTS / f"{name}.{language}.md").read_text(encoding="utf-8")
    return Markdown(partial(_address, site, language), code_of).prose(text)


def _view(site: Site, name: str, texts: Mapping[Language, Prose]) -> Callable[[Language], Response]:
    def show(language: Language) -> Response:
        view = build_about(site, name, language, texts[language])
        return Response(site.render("site/about.html", view))

    return show


def build_about(site: Site, name: str, language: Language, prose: Prose) -> AboutView:
    """Return the view of the page `name`."""
    say = site.wordings[language]
    title = say(f"{name}.title")
    return AboutView(
        page=build_page(
            site,
            language,
            title=title,
            description=say(f"{name}.description"),
            address=lambda other: addresses.about(other, name),
        ),
        name=name,
        title=title,
        prose=prose,
    )


def _address(site: Site, language: Language, href: str) -> str:
    kind, _, where = href.partition(":")
    if kind == "page":
        return addresses.about(language, where)
    if kind != "topic":
        return href
    name, _, query = where.partition("?")
    found = find_demo(site.topics, name)
    if found is None:
        return addresses.home(language)  # the site serves another course
    return addresses.demo(language, *found) + (f"?{query}" if query else "")
