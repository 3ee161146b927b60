"""A topic's pages: one blueprint a topic, made from its folder by one function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, abort, redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from webapp.engine.program import with_parameters
from webapp.lessons.parameters import InvalidParameters, Problem
from webapp.lessons.text import Language
from webapp.lessons.topic import Demo, Topic, Values
from webapp.pages import addresses
from webapp.pages.form import Entry, Form, draw_form, read_entry
from webapp.pages.guard import visitor_address
from webapp.pages.layout import Page, draw_page
from webapp.pages.live import as_events, as_page
from webapp.pages.prose import Prose
from webapp.pages.site import Run, Site
from webapp.pages.source import highlighted
from webapp.pages.wording import Wording

PARTIAL = {"HX-Retarget": "#form", "HX-Reswap": "outerHTML"}
STREAM = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
DESCRIPTION_LETTERS = 155  # what search engines show


@dataclass(frozen=True)
class DemoLink:
    """A demo as it stands in a list."""

    title: str
    address: str
    trap: bool
    current: bool


@dataclass(frozen=True)
class Listing:
    """A program's source as it is shown."""

    name: str
    lines: Sequence[Markup]
    download: str


@dataclass(frozen=True)
class Bench:
    """Where a demo is run: its form, its source, its transcript and its result."""

    say: Wording
    form: Form
    source: Listing
    running: bool = False


@dataclass(frozen=True)
class TopicView:
    """A topic's page with one of its demos."""

    page: Page
    chapter: str
    title: str
    prose: Prose
    demos: tuple[DemoLink, ...]
    demo: DemoLink
    watch: str
    bench: Bench
    next: DemoLink | None


def topic_blueprint(site: Site, topic: Topic) -> Blueprint:
    """Make a topic's pages from its folder."""
    prefix = f"/<any(en, fa):language>/{topic.chapter}/{topic.slug}"
    blueprint = Blueprint(topic.slug, __name__, url_prefix=prefix)

    @blueprint.get("")
    def index(language: Language) -> AnyResponse:
        """Send on to the first demo."""
        return redirect(addresses.demo(language, topic, topic.demos[0]))

    @blueprint.get("/<slug>")
    def show(language: Language, slug: str) -> Response:
        """Show a demo, its form filled from the address."""
        desk = Desk(site, language, topic, _demo(topic, slug))
        entry = read_entry(request.args)
        try:
            desk.demo.values(entry.given, partial=True)
        except InvalidParameters as invalid:
            return desk.refused(entry, invalid.problems)
        return Response(desk.page(entry))

    @blueprint.post("/<slug>")
    def run(language: Language, slug: str) -> Response:
        """Run a demo and show what happens."""
        desk = Desk(site, language, topic, _demo(topic, slug))
        entry = read_entry(request.form)
        try:
            values = desk.demo.values(entry.given)
        except InvalidParameters as invalid:
            return desk.refused(entry, invalid.problems)
        return desk.run(entry, values)

    @blueprint.get("/<slug>.py")
    def download(language: Language, slug: str) -> Response:
        """Send a demo's file, with its parameters in the last line."""
        desk = Desk(site, language, topic, _demo(topic, slug))
        entry = read_entry(request.args)
        try:
            values = desk.demo.values(entry.given, partial=True)
        except InvalidParameters as invalid:
            return desk.refused(entry, invalid.problems)
        return desk.file(values)

    return blueprint


@dataclass(frozen=True)
class Desk:
    """Answers for one demo in one language."""

    site: Site
    language: Language
    topic: Topic
    demo: Demo

    def page(self, entry: Entry, problems: Sequence[Problem] = (), *, running: bool = False) -> str:
        """Draw the whole page, the form filled with what was entered."""
        view = draw_topic(self, entry, problems, running=running)
        return self.site.render("topic.html", view)

    def refused(self, entry: Entry, problems: Sequence[Problem]) -> Response:
        """Show the form again with what was entered, and why it cannot be taken."""
        if not _by_htmx():
            return Response(self.page(entry, problems), 422)
        form = draw_form(self.site.wordings[self.language], self.topic, self.demo, entry, problems)
        html = self.site.render("_form.html", FormView(self.site.wordings[self.language], form))
        return Response(html, 422, headers=PARTIAL)

    def run(self, entry: Entry, values: Values) -> Response:
        """Start a run and stream it. Raises Busy."""
        run = self._started(entry, values)
        if _takes_events():
            return Response(as_events(self.site, run), headers=STREAM, mimetype="text/event-stream")
        page = self.page(entry, running=True)
        return Response(as_page(self.site, run, page), headers=STREAM, mimetype="text/html")

    def file(self, values: Values) -> Response:
        """Send the program, as it stands or with the values that are not its own."""
        own = dict(values) == self.demo.defaults
        content = with_parameters(self.demo.source, {} if own else values)
        response = Response(content, content_type="text/x-python; charset=utf-8")
        response.headers.set("Content-Disposition", "attachment", filename=self.demo.path.name)
        return response

    def _started(self, entry: Entry, values: Values) -> Run:
        id = self.site.runner.start(
            self.demo.program(values),
            visitor=f"{visitor_address()} {entry.visitor}",
            observe=not entry.transcript_only,
        )
        run = Run(id, self.language, self.topic, self.demo, values, entry.transcript_only)
        self.site.runs.add(run)
        return run


@dataclass(frozen=True)
class FormView:
    """The form alone."""

    say: Wording
    form: Form


def draw_topic(
    desk: Desk, entry: Entry, problems: Sequence[Problem] = (), *, running: bool = False
) -> TopicView:
    """Draw a topic's page."""
    site, language, topic, demo = desk.site, desk.language, desk.topic, desk.demo
    say = site.wordings[language]
    title = demo.title[language]
    return TopicView(
        page=draw_page(
            site,
            language,
            title=f"{title} · {topic.title[language]}",
            description=_shortened(f"{topic.summary[language]} {demo.watch[language]}"),
            address=lambda other: addresses.demo(other, topic, demo, entry.query()),
            topic=topic,
            indexed=not problems,
        ),
        chapter=say(f"chapter.{topic.chapter}"),
        title=topic.title[language],
        prose=site.library.prose(topic, language),
        demos=tuple(_link(language, topic, other, demo) for other in topic.demos),
        demo=_link(language, topic, demo, demo),
        watch=demo.watch[language],
        bench=draw_bench(desk, entry, problems, running=running),
        next=_next(language, topic, demo),
    )


def draw_bench(
    desk: Desk, entry: Entry, problems: Sequence[Problem] = (), *, running: bool = False
) -> Bench:
    """Draw the place where a demo is run."""
    say = desk.site.wordings[desk.language]
    query = {} if problems else dict(entry.given)
    return Bench(
        say=say,
        form=draw_form(say, desk.topic, desk.demo, entry, problems),
        source=Listing(
            desk.demo.path.name,
            highlighted(desk.demo.source),
            addresses.download(desk.language, desk.topic, desk.demo, query),
        ),
        running=running,
    )


def _demo(topic: Topic, slug: str) -> Demo:
    demo = topic.demo(slug)
    if demo is None:
        abort(404)
    return demo


def _link(language: Language, topic: Topic, demo: Demo, current: Demo) -> DemoLink:
    address = addresses.demo(language, topic, demo)
    return DemoLink(demo.title[language], address, demo.trap, demo is current)


def _next(language: Language, topic: Topic, demo: Demo) -> DemoLink | None:
    """Link to the demo to go on with: the one that is named, else the next in order."""
    if demo.next:
        named = topic.demo(demo.next)
        return _link(language, topic, named, demo) if named else None
    following = topic.demos[topic.demos.index(demo) + 1 :]
    return _link(language, topic, following[0], demo) if following else None


def _by_htmx() -> bool:
    return request.headers.get("HX-Request") == "true"


def _takes_events() -> bool:
    """Tell whether the asker can read a stream: htmx says so when its extension is loaded."""
    return "text/event-stream" in request.headers.get("Accept", "")


def _shortened(text: str) -> str:
    if len(text) <= DESCRIPTION_LETTERS:
        return text
    return text[:DESCRIPTION_LETTERS].rsplit(" ", 1)[0].rstrip(".,:;،؛") + " …"
