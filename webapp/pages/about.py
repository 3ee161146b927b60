"""Pages of prose beside the course: for teachers, and on what is kept of visitors.

Their texts are Markdown, `texts/about/NAME.LANGUAGE.md`. A link to `topic:TOPIC/DEMO` leads to a
demo, with its parameters if there are any, and `page:NAME` to another page of the site.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flask import Blueprint, Response

from webapp.lessons.text import Language
from webapp.pages import addresses
from webapp.pages.layout import Page, draw_page
from webapp.pages.prose import Markdown, Prose, code_of
from webapp.pages.site import Site

PAGES = ("teachers", "privacy")
TEXTS = Path(__file__).parent / "texts/about"


@dataclass(frozen=True)
class AboutView:
    """One such page."""

    page: Page
    title: str
    prose: Prose


def about_blueprint(site: Site) -> Blueprint:
    """Make these pages, in each language."""
    blueprint = Blueprint("about", __name__, url_prefix="/<any(en, fa):language>")
    for name in PAGES:
        blueprint.add_url_rule(f"/{name}", endpoint=name, view_func=_view(site, name))
    return blueprint


def _view(site: Site, name: str) -> Callable[[Language], Response]:
    def show(language: Language) -> Response:
        return Response(site.render("about.html", draw_about(site, name, language)))

    return show


def draw_about(site: Site, name: str, language: Language) -> AboutView:
    """Draw one of PAGES."""
    say = site.wordings[language]
    text = (TEXTS / f"{name}.{language}.md").read_text(encoding="utf-8")
    title = say(f"{name}.title")
    return AboutView(
        page=draw_page(
            site,
            language,
            title=title,
            description=say(f"{name}.description"),
            address=lambda other: addresses.about(other, name),
        ),
        title=title,
        prose=Markdown(partial(_address, site, language), code_of).prose(text),
    )


def _address(site: Site, language: Language, href: str) -> str:
    kind, _, where = href.partition(":")
    if kind == "page":
        return addresses.about(language, where)
    if kind != "topic":
        return href
    name, _, query = where.partition("?")
    slug, _, demo_slug = name.partition("/")
    topic = site.topic(slug)
    demo = topic.demo(demo_slug) if topic else None
    if topic is None or demo is None:
        return addresses.home(language)  # another course than ours is served
    return addresses.demo(language, topic, demo) + (f"?{query}" if query else "")
