"""A topic's pages: one blueprint a topic, made from its folder by one function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from flask import Blueprint, Response, abort, redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from webapp.engine.program import with_parameters
from webapp.engine.runner import Busy
from webapp.lessons.parameters import InvalidParameters, Problem
from webapp.lessons.repeats.tally import Tally
from webapp.lessons.text import Language
from webapp.lessons.topic import Demo, Topic, Values
from webapp.pages import addresses
from webapp.pages.compare.pairs import draw_menu, draw_pairs
from webapp.pages.demo.examples import Before, Examples
from webapp.pages.demo.form import CompareLink, Entry, Form, draw_form, read_entry
from webapp.pages.demo.needs import draw_lack, is_offered
from webapp.pages.demo.prose import Prose
from webapp.pages.demo.source import highlighted
from webapp.pages.download import attachment
from webapp.pages.guard import visitor_address
from webapp.pages.htmx import FORM_ONLY, UNKEPT, by_htmx, streamed, takes_events
from webapp.pages.repeat import stream as repeat_stream
from webapp.pages.run.live import as_events, as_page
from webapp.pages.site.layout import Page, draw_page
from webapp.pages.site.site import Run, Site
from webapp.pages.texts.wording import Wording
from webapp.store.errors import StoreError

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
    """Where a demo is run: its form, its source, its transcript and its result.

    Where nothing is `running`, a past run may stand there `before` the first. The page of a run has
    no form.
    """

    say: Wording
    form: Form | None
    source: Listing
    running: bool = False
    before: Before | None = None


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
    pairs: tuple[CompareLink, ...]
    next: DemoLink | None


def topic_blueprint(site: Site, topic: Topic) -> Blueprint:
    """Make a topic's pages from its folder."""
    prefix = f"/<any(en, fa):language>/{topic.chapter}/{topic.slug}"
    blueprint = Blueprint(topic.slug, __name__, url_prefix=prefix)
    examples = Examples(site, topic)

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
            values = desk.demo.values(entry.given, partial=True)
        except InvalidParameters as invalid:
            return desk.refused(entry, invalid.problems)
        # A run of other values than those in the form would only confuse.
        own = values == desk.demo.defaults and not entry.transcript_only
        before = examples.before(desk.demo, language, offered=desk.offered) if own else None
        return Response(desk.page(entry, before=before))

    @blueprint.get("/<slug>/example")
    @site.limit_runs
    def example(language: Language, slug: str) -> AnyResponse:
        """Send on to a recorded run of a demo's own values."""
        id = examples.make(_demo(topic, slug), visitor_address())
        if id is None:
            abort(404)
        return redirect(addresses.run(language, id), 303)

    @blueprint.get("/<slug>/_example")
    @site.limit_runs
    def example_fragment(language: Language, slug: str) -> Response:
        """Put a recorded run into a demo's page that was opened before there was one."""
        demo = _demo(topic, slug)
        try:
            id = examples.make(demo, visitor_address())
        except (Busy, StoreError):
            id = None
        if id is None:
            return Response(status=204)
        past = examples.draw(demo, language, id)
        return Response(site.render("demo/_example.html", past), headers=UNKEPT)

    @blueprint.post("/<slug>")
    @site.limit_runs
    def run(language: Language, slug: str) -> Response:
        """Run a demo and show what happens."""
        desk = Desk(site, language, topic, _demo(topic, slug))
        entry = read_entry(request.form)
        try:
            values = desk.demo.values(entry.given)
        except InvalidParameters as invalid:
            return desk.refused(entry, invalid.problems)
        return desk.run(entry, values)

    @blueprint.post(f"/<slug>{addresses.REPEAT}")
    @site.limit_runs
    def repeat(language: Language, slug: str) -> Response:
        """Run a demo many times and show what its runs have in common."""
        desk = Desk(site, language, topic, _demo(topic, slug))
        entry = read_entry(request.form)
        try:
            values = desk.demo.values(entry.given)
        except InvalidParameters as invalid:
            return desk.refused(entry, invalid.problems)
        return desk.repeat(entry, values)

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

    @cached_property
    def offered(self) -> bool:
        """Whether the demo can be run, as far as this answer goes."""
        return is_offered(self.demo, self.site.runner.machines())

    def page(
        self,
        entry: Entry,
        problems: Sequence[Problem] = (),
        *,
        running: bool = False,
        before: Before | None = None,
    ) -> str:
        """Draw the whole page, the form filled with what was entered."""
        view = draw_topic(self, entry, problems, running=running, before=before)
        return self.site.render("demo/topic.html", view)

    def form(self, entry: Entry, problems: Sequence[Problem] = ()) -> Form:
        """Fill the form with what was entered, and tell what is wrong with it."""
        query = {} if problems else entry.query()
        menu = draw_menu(self.site, self.language, self.topic, self.demo, query)
        say = self.site.wordings[self.language]
        given = {} if problems else dict(entry.given)
        lack = None if self.offered else draw_lack(say, self.topic, self.demo, given)
        return draw_form(say, self.topic, self.demo, entry, problems, compare=menu, lack=lack)

    def refused(self, entry: Entry, problems: Sequence[Problem]) -> Response:
        """Show the form again with what was entered, and why it cannot be taken."""
        if not by_htmx():
            return Response(self.page(entry, problems), 422)
        view = FormView(self.site.wordings[self.language], self.form(entry, problems))
        html = self.site.render("demo/_form.html", view)
        return Response(html, 422, headers=FORM_ONLY)

    def run(self, entry: Entry, values: Values) -> Response:
        """Start a run and stream it. Raises Busy."""
        run = self.starter(entry, values)()
        if takes_events():
            return streamed(as_events(self.site, run), "text/event-stream")
        return streamed(as_page(self.site, run, self.page(entry, running=True)), "text/html")

    def repeat(self, entry: Entry, values: Values) -> Response:
        """Start the first of many runs and stream them all. Raises Busy."""
        start = self.starter(entry, values)
        first = start()
        repetition = self.site.repetitions.begin(
            self.site.runner,
            first.id,
            lambda: start().id,
            Tally(self.demo.outcome, values),
            ideal=self.demo.ideal.seconds(values),
        )
        all_of = (self.site, first, repetition)
        if takes_events():
            return streamed(repeat_stream.as_events(*all_of), "text/event-stream")
        page = self.page(entry, running=True)
        return streamed(repeat_stream.as_page(*all_of, page), "text/html")

    def file(self, values: Values) -> Response:
        """Send the program, as it stands or with the values that are not its own."""
        own = dict(values) == self.demo.defaults
        content = with_parameters(self.demo.source, {} if own else values)
        return attachment(self.demo.path.name, content)

    def starter(self, entry: Entry, values: Values) -> Callable[[], Run]:
        """Give what starts a run, now or after this request. It raises Busy."""
        return partial(
            self.site.start,
            self.language,
            self.topic,
            self.demo,
            values,
            transcript_only=entry.transcript_only,
            visitor=f"{visitor_address()} {entry.visitor}",
        )


@dataclass(frozen=True)
class FormView:
    """The form alone."""

    say: Wording
    form: Form


def draw_topic(
    desk: Desk,
    entry: Entry,
    problems: Sequence[Problem] = (),
    *,
    running: bool = False,
    before: Before | None = None,
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
        bench=draw_bench(desk, entry, problems, running=running, before=before),
        pairs=tuple(draw_pairs(site, language, demo)),
        next=_next(language, topic, demo),
    )


def draw_bench(
    desk: Desk,
    entry: Entry,
    problems: Sequence[Problem] = (),
    *,
    running: bool = False,
    before: Before | None = None,
) -> Bench:
    """Draw the place where a demo is run."""
    say = desk.site.wordings[desk.language]
    query = {} if problems else dict(entry.given)
    return Bench(
        say=say,
        form=desk.form(entry, problems),
        source=Listing(
            desk.demo.path.name,
            highlighted(desk.demo.source),
            addresses.download(desk.language, desk.topic, desk.demo, query),
        ),
        running=running,
        before=before,
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


def _shortened(text: str) -> str:
    if len(text) <= DESCRIPTION_LETTERS:
        return text
    return text[:DESCRIPTION_LETTERS].rsplit(" ", 1)[0].rstrip(".,:;،؛") + " …"
