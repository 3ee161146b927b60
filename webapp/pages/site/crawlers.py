"""robots.txt and the sitemap, for search engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Response, current_app, request, url_for

from webapp.lessons.text import LANGUAGES, Language
from webapp.pages import addresses
from webapp.pages.site.site import Site

# These addresses start runs, or hold data for programs.
NOT_FOR_CRAWLERS = (
    "/api",
    "/runs/",
    "/repetitions/",
    "/*/_panel$",
    "/searches/",
    "/*/example$",
    "/*/_example$",
    "/*/scheduler",
)

Address = Callable[[Language], str]


@dataclass(frozen=True)
class SitemapView:
    """All pages for search engines: for each page, its URL in each language."""

    pages: tuple[dict[Language, str], ...]


def crawlers_blueprint(site: Site) -> Blueprint:
    """Return the routes of robots.txt (RFC 9309) and sitemap.xml (sitemaps.org)."""
    blueprint = Blueprint("crawlers", __name__)

    @blueprint.get("/robots.txt")
    def robots() -> Response:
        """List the addresses that crawlers must not read, and name the sitemap."""
        lines = ["User-agent: *", *(f"Disallow: {address}" for address in NOT_FOR_CRAWLERS)]
        text = "\n".join([*lines, "", f"Sitemap: {_url('/sitemap.xml')}", ""])
        return Response(text, mimetype="text/plain")

    @blueprint.get("/sitemap.xml")
    def sitemap() -> Response:
        """List all pages in all languages."""
        view = SitemapView(tuple(_in_each_language(page) for page in _pages(site)))
        return Response(site.render("site/sitemap.xml", view), mimetype="text/xml")

    return blueprint


def _pages(site: Site) -> Iterator[Address]:
    """Yield every demo's page, and every page whose route has no parameter but the language."""
    topics = {topic.slug for topic in site.topics}
    for rule in current_app.url_map.iter_rules():
        is_page = rule.arguments == {"language"} and "GET" in (rule.methods or ())
        # A topic's own address only redirects to its first demo.
        if is_page and rule.endpoint.partition(".")[0] not in topics:
            yield partial(_page, rule.endpoint)
    for topic in site.topics:
        for demo in topic.demos:
            yield partial(addresses.demo, of=topic, demo=demo)


def _page(endpoint: str, language: Language) -> str:
    return url_for(endpoint, language=language)


def _in_each_language(page: Address) -> dict[Language, str]:
    return {language: _url(page(language)) for language in LANGUAGES}


def _url(address: str) -> str:
    return request.host_url.rstrip("/") + address
