"""The style page: all parts of the site's pages in all their states, for those who work on it.

Only a site with FLASK_DEBUG has it. The parts are rendered by the templates of the real pages, from
the recorded run of the home page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, Response, redirect
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from webapp.engine.recording import Outcome
from webapp.files import STATIC
from webapp.lessons.parameters import Problem
from webapp.lessons.repeats.summary import summarise
from webapp.lessons.text import Language
from webapp.lessons.topic import Demo, Topic, find_demo
from webapp.pages.demo.form import Form, Submission
from webapp.pages.demo.handler import DemoHandler, build_run_panel
from webapp.pages.demo.run_panel import RunPanel
from webapp.pages.languages import visitor_language
from webapp.pages.repeat.histogram import Histogram, outcome_histogram
from webapp.pages.run.past import render_past
from webapp.pages.site.hero import DEMO, VALUES, read_hero
from webapp.pages.site.layout import ChapterLinks, Page, build_chapters, build_page
from webapp.pages.site.site import Run, Site
from webapp.pages.texts.wording import Wording

COUNTED = "lock/lost-update"
"""The demo whose form is shown: it has numbers and a choice."""

TOLD = (211, 211, 340, 344, 350, 350, 352, 512, 800, 800)
"""Outcomes for the dots: some that are alike, a gap, and the expected value."""

_COLOUR = re.compile(r"^\s+(--[\w-]+): light-dark\(", re.MULTILINE)
_SIZE = re.compile(r"^\s+(--[\w-]+): (?:[\d.]+rem|clamp\(.+\));$", re.MULTILINE)


@dataclass(frozen=True)
class Scale:
    """The names of the tokens of one scale each: text, space and corners, from small to large."""

    texts: Sequence[str]
    spaces: Sequence[str]
    corners: Sequence[str]


@dataclass(frozen=True)
class StyleView:
    """The page: `results` are rendered results by their outcomes."""

    page: Page
    say: Wording
    colours: Sequence[str]
    scale: Scale
    form: Form
    refused: Form
    run_panel: RunPanel
    results: Sequence[tuple[str, Markup]]
    lanes: Markup
    lines: Markup
    dots: Histogram | None
    chapters: Sequence[ChapterLinks]


def styleguide_blueprint(site: Site) -> Blueprint:
    """Return the routes of the style page."""
    blueprint = Blueprint("styleguide", __name__)

    @blueprint.get("/styleguide")
    def choose() -> AnyResponse:
        """Redirect to the page in the browser's language."""
        return redirect(f"/{visitor_language()}/styleguide")

    @blueprint.get("/<language:language>/styleguide")
    def show(language: Language) -> Response:
        """Show all parts in all states."""
        return Response(site.render("site/styleguide.html", build_styleguide(site, language)))

    return blueprint


def build_styleguide(site: Site, language: Language) -> StyleView:
    """Return the view of the style page."""
    say = site.wordings[language]
    topic, demo = _found(site, COUNTED)
    tokens = (STATIC / "css/tokens.css").read_text(encoding="utf-8")
    handler = DemoHandler(site, language, topic, demo)
    wrong = [Problem(parameter.name, "missing") for parameter in demo.parameters]
    run = _run(site, language)
    past = render_past(site, run, read_hero())
    return StyleView(
        page=build_page(
            site,
            language,
            title="Style",
            description="All parts of the pages in all their states.",
            address=lambda other: f"/{other}/styleguide",
            indexed=False,
        ),
        say=say,
        colours=_COLOUR.findall(tokens),
        scale=read_scale(tokens),
        form=handler.form(Submission({})),
        refused=handler.form(Submission({}), wrong),
        run_panel=build_run_panel(handler, Submission({})),
        results=tuple(_results(site, run)),
        lanes=past.lanes,
        lines=past.lines,
        dots=_dots(say, site, run),
        chapters=build_chapters(site, language)[:1],
    )


def read_scale(tokens: str) -> Scale:
    """Return the scale that the text of `tokens.css` declares, in its order."""
    sizes = _SIZE.findall(tokens)
    spaces = [name for name in sizes if name.startswith(("--space-", "--gap"))]
    corners = [name for name in sizes if name.startswith("--radius")]
    return Scale(sizes[: sizes.index(spaces[0])], spaces, corners)


def _found(site: Site, name: str) -> tuple[Topic, Demo]:
    """Return a demo by its name, or the first one of another course."""
    first = site.topics[0]
    return find_demo(site.topics, name) or (first, first.demos[0])


def _run(site: Site, language: Language) -> Run:
    topic, demo = _found(site, DEMO)
    id = read_hero().receipt.run
    values = {**demo.defaults, **VALUES} if topic.name_of(demo) == DEMO else demo.defaults
    return Run(id, language, topic, demo, values, transcript_only=False)


def _results(site: Site, run: Run) -> Iterator[tuple[str, Markup]]:
    for outcome in Outcome:
        past = render_past(site, run, replace(read_hero(), outcome=outcome))
        yield outcome.name.lower(), past.result


def _dots(say: Wording, site: Site, run: Run) -> Histogram | None:
    topic, demo = _found(site, COUNTED)
    shown = replace(run, topic=topic, demo=demo, values=demo.defaults)
    summary = summarise(run.id, read_hero(), demo.outcome, demo.defaults)
    summaries = [replace(summary, run=f"{run.id}{at}", told=told) for at, told in enumerate(TOLD)]
    return outcome_histogram(say, shown, summaries, over=True)
