"""The home page: what the site is, one demo to run, and all topics."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, redirect
from werkzeug.wrappers import Response as AnyResponse

from webapp.lessons.text import Language
from webapp.lessons.topic import Demo, Topic
from webapp.lessons.values import Value
from webapp.pages import addresses
from webapp.pages.demo.form import Submission, query_of, value_texts
from webapp.pages.demo.handler import DemoHandler, build_run_panel
from webapp.pages.demo.run_panel import RunPanel
from webapp.pages.languages import visitor_language
from webapp.pages.site.hero import Hero, build_hero
from webapp.pages.site.layout import ChapterLinks, Page, build_chapters, build_page
from webapp.pages.site.site import Site
from webapp.pages.texts.wording import Wording

# Ten threads sleep one second each, at the same time: the run takes one second.
SHOWN_TOPIC = "lock"
SHOWN_DEMO = "lock-around-the-message"
SHOWN_VALUES: Mapping[str, float] = {"thread_count": 10, "sleep_seconds": 1.0}


ABLE = ("start", "race", "deadlock", "pass", "faster")
"""What a student can do at the end of the course, by the texts' keys."""


@dataclass(frozen=True)
class Versus:
    """How long the sleeps would take one after the other: in words, and in seconds."""

    text: str
    seconds: float


@dataclass(frozen=True)
class HomeView:
    """The home page. `course` is JSON for static/js/progress.js."""

    page: Page
    chapters: tuple[ChapterLinks, ...]
    run_panel: RunPanel
    demo_title: str
    demo_address: str
    watch: str
    hero: Hero | None
    versus: Versus | None
    able: tuple[str, ...]
    course: str


def home_blueprint(site: Site) -> Blueprint:
    """Return the routes of the home page."""
    blueprint = Blueprint("home", __name__)

    @blueprint.get("/")
    def choose() -> AnyResponse:
        """Redirect to the home page in the browser's language."""
        response = redirect(addresses.home(visitor_language()))
        response.headers["Vary"] = "Accept-Language"
        response.headers["Cache-Control"] = "no-cache"
        return response

    @blueprint.get("/<language:language>/")
    def show(language: Language) -> Response:
        """Show the home page."""
        return Response(site.render("site/home.html", build_home(site, language)))

    return blueprint


def build_home(site: Site, language: Language) -> HomeView:
    """Return the view of the home page."""
    say = site.wordings[language]
    topic, demo, values = _shown(site)
    own = topic.slug == SHOWN_TOPIC
    submission = Submission({name: [value] for name, value in value_texts(demo, values).items()})
    return HomeView(
        page=build_page(
            site,
            language,
            title=say("home.title"),
            description=say("home.description"),
            address=addresses.home,
        ),
        chapters=build_chapters(site, language),
        run_panel=build_run_panel(DemoHandler(site, language, topic, demo), submission),
        demo_title=demo.title[language],
        demo_address=addresses.demo(language, topic, demo, query_of(demo, values)),
        watch=say("home.watch") if own else demo.watch[language],
        hero=build_hero(site, language),
        versus=_versus(say) if own else None,
        able=tuple(say(f"home.able_{name}") for name in ABLE) if own else (),
        course=_course(site, language),
    )


def _course(site: Site, language: Language) -> str:
    """Return all topics as JSON: name, title, address, and how many demos each has."""
    return json.dumps(
        [
            {
                "topic": topic.slug,
                "title": topic.title[language],
                "address": addresses.topic(language, topic),
                "demos": len(topic.demos),
            }
            for topic in site.topics
        ],
        ensure_ascii=False,
    )


def _versus(say: Wording) -> Versus:
    seconds = SHOWN_VALUES["thread_count"] * SHOWN_VALUES["sleep_seconds"]
    return Versus(say("unit.seconds", value=seconds), seconds)


def _shown(site: Site) -> tuple[Topic, Demo, Mapping[str, Value]]:
    """Return the demo on the home page: ours, or the first one of another course."""
    topic = site.topic(SHOWN_TOPIC)
    demo = topic.demo(SHOWN_DEMO) if topic else None
    if topic and demo:
        return topic, demo, SHOWN_VALUES
    first = site.topics[0]
    return first, first.demos[0], first.demos[0].defaults
