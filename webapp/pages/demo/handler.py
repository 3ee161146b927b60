"""Answers the requests for one demo in one language, and builds its page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

from flask import Response

from webapp.engine.machines import Machine
from webapp.engine.program import with_parameters
from webapp.lessons.parameters import InvalidParameters, Problem
from webapp.lessons.repeats.tally import Tally
from webapp.lessons.text import Language
from webapp.lessons.topic import Demo, Topic
from webapp.lessons.values import Values
from webapp.pages import addresses
from webapp.pages.compare.pairs import build_compare_menu, pair_links
from webapp.pages.demo.examples import EarlierRun
from webapp.pages.demo.form import CompareLink, Form, Submission, build_form
from webapp.pages.demo.needs import build_unmet_needs, fuller_runs, is_offered
from webapp.pages.demo.next import NextLink, next_links
from webapp.pages.demo.predicting import QuestionField, build_questions, read_predictions
from webapp.pages.demo.prose import Prose
from webapp.pages.demo.run_panel import Listing, RunPanel
from webapp.pages.demo.source import highlighted
from webapp.pages.download import attachment
from webapp.pages.guard import visitor_address
from webapp.pages.htmx import FORM_ONLY, by_htmx, streamed, takes_events
from webapp.pages.repeat import stream as repeat_stream
from webapp.pages.run.live import as_events, as_page
from webapp.pages.search import stream as search_stream
from webapp.pages.search.running import FURTHER, LIMITS, DemoSearch
from webapp.pages.site.layout import Page, build_page
from webapp.pages.site.site import Run, Site
from webapp.pages.texts.wording import Wording

DESCRIPTION_LENGTH = 155  # characters; search engines show no more

Answerer = Callable[[Submission, Values], Response]
"""Answers a request whose values are valid."""


@dataclass(frozen=True)
class DemoLink:
    """A demo in a list. `name` is "topic/demo"."""

    name: str
    title: str
    address: str
    trap: bool
    current: bool


@dataclass(frozen=True)
class TopicView:
    """A topic's page with one of its demos."""

    page: Page
    chapter: str
    slug: str
    title: str
    summary: str
    prose: Prose
    demos: tuple[DemoLink, ...]
    demo: DemoLink
    questions: tuple[QuestionField, ...]
    run_panel: RunPanel
    pairs: tuple[CompareLink, ...]
    next: tuple[NextLink, ...]
    check: str


@dataclass(frozen=True)
class DemoHandler:
    """Answers the requests for one demo in one language."""

    site: Site
    language: Language
    topic: Topic
    demo: Demo

    @cached_property
    def machines(self) -> Sequence[Machine]:
        """The reachable machines; looked up once per request."""
        return self.site.runner.machines()

    @property
    def offered(self) -> bool:
        """Whether a reachable machine can run the demo."""
        return is_offered(self.demo, self.machines)

    def page(
        self,
        submission: Submission,
        problems: Sequence[Problem] = (),
        *,
        running: bool = False,
        earlier: EarlierRun | None = None,
    ) -> str:
        """Render the whole page, the form filled with what was submitted."""
        view = build_topic(self, submission, problems, running=running, earlier=earlier)
        return self.site.render("demo/topic.html", view)

    def form(self, submission: Submission, problems: Sequence[Problem] = ()) -> Form:
        """Return the form, filled with what was submitted and with its errors."""
        query = {} if problems else submission.query()
        menu = build_compare_menu(self.site, self.language, self.topic, self.demo, query)
        say = self.site.wordings[self.language]
        given = {} if problems else dict(submission.given)
        unmet = None if self.offered else build_unmet_needs(say, self.topic, self.demo, given)
        form = build_form(
            say, self.topic, self.demo, submission, problems, compare=menu, unmet=unmet
        )
        return replace(form, fuller=tuple(fuller_runs(say, self.topic, self.demo, self.machines)))

    def answer(self, submission: Submission, then: Answerer, *, partial: bool = False) -> Response:
        """Answer with `then` if the values are valid, else with the form and its errors.

        `partial` allows missing values; see `Demo.values`.
        """
        try:
            values = self.demo.values(submission.given, partial=partial)
        except InvalidParameters as invalid:
            return self.refused(submission, invalid.problems)
        return then(submission, values)

    def refused(self, submission: Submission, problems: Sequence[Problem]) -> Response:
        """Answer 422 with the form, what was submitted, and the errors."""
        if not by_htmx():
            return Response(self.page(submission, problems), 422)
        view = FormView(self.site.wordings[self.language], self.form(submission, problems))
        html = self.site.render("demo/_form.html", view)
        return Response(html, 422, headers=FORM_ONLY)

    def run(self, submission: Submission, values: Values) -> Response:
        """Start a run and stream it. Raises Busy."""
        run = replace(self.starter(submission, values)(), predicted=self.predicted(submission))
        if takes_events():
            return streamed(as_events(self.site, run), "text/event-stream")
        return streamed(as_page(self.site, run, self.page(submission, running=True)), "text/html")

    def repeat(self, submission: Submission, values: Values) -> Response:
        """Start many runs and stream them. Raises Busy."""
        # Slow motion would change what they are compared by.
        start = self.starter(replace(submission, slow_motion=False), values)
        first = replace(start(), predicted=self.predicted(submission))
        repetition = self.site.repetitions.begin(
            self.site.runner,
            first,
            lambda: start().id,
            Tally(self.demo.outcome, values, self.demo.questions),
            ideal=self.demo.ideal.seconds(values),
        )
        if takes_events():
            events = repeat_stream.as_events(self.site, repetition, self.language)
            return streamed(events, "text/event-stream")
        page = self.page(submission, running=True)
        return streamed(repeat_stream.as_page(self.site, repetition, page), "text/html")

    def predicted(self, submission: Submission) -> dict[str, str]:
        """Return the options that the visitor has predicted, by question."""
        return read_predictions(self.demo, submission.predicted)

    def search(self, submission: Submission, values: Values) -> Response:
        """Search the demo's schedules, and stream what is tried. Raises Busy."""
        visitor = f"{visitor_address()} {submission.visitor}"
        limits = FURTHER if submission.further else LIMITS
        search = DemoSearch(
            self.site.runner, self.topic, self.demo, values, limits, visitor=visitor
        )
        asked = search_stream.Asked(
            self.site, self.language, self.topic, self.demo, values, visitor, search
        )
        if takes_events():
            return streamed(search_stream.as_events(asked), "text/event-stream")
        page = self.page(submission, running=True)
        return streamed(search_stream.as_page(asked, page), "text/html")

    def file(self, values: Values) -> Response:
        """Send the program; values other than its defaults go into its last line."""
        default = dict(values) == self.demo.defaults
        content = with_parameters(self.demo.source, {} if default else values)
        return attachment(self.demo.path.name, content)

    def starter(self, submission: Submission, values: Values) -> Callable[[], Run]:
        """Return a function that starts a run, even after this request. It raises Busy."""
        return partial(
            self.site.start,
            self.language,
            self.topic,
            self.demo,
            values,
            transcript_only=submission.transcript_only,
            slow_motion=submission.slow_motion,
            visitor=f"{visitor_address()} {submission.visitor}",
        )


@dataclass(frozen=True)
class FormView:
    """The form alone."""

    say: Wording
    form: Form


def build_topic(
    handler: DemoHandler,
    submission: Submission,
    problems: Sequence[Problem] = (),
    *,
    running: bool = False,
    earlier: EarlierRun | None = None,
) -> TopicView:
    """Return the view of a topic's page."""
    site, language, topic, demo = handler.site, handler.language, handler.topic, handler.demo
    say = site.wordings[language]
    title = demo.title[language]
    return TopicView(
        page=build_page(
            site,
            language,
            title=f"{title} · {topic.title[language]}",
            description=_shortened(f"{topic.summary[language]} {demo.watch[language]}"),
            address=lambda other: addresses.demo(other, topic, demo, submission.query()),
            topic=topic,
            indexed=not problems,
        ),
        chapter=say(f"chapter.{topic.chapter}"),
        slug=topic.slug,
        title=topic.title[language],
        summary=topic.summary[language],
        prose=site.library.prose(topic, language),
        demos=tuple(_link(language, topic, other, demo) for other in topic.demos),
        demo=_link(language, topic, demo, demo),
        questions=build_questions(demo, language, handler.predicted(submission)),
        run_panel=build_run_panel(handler, submission, problems, running=running, earlier=earlier),
        pairs=tuple(pair_links(site, language, demo)),
        next=tuple(next_links(site, language, topic, demo)),
        check=addresses.check(language, topic),
    )


def build_run_panel(
    handler: DemoHandler,
    submission: Submission,
    problems: Sequence[Problem] = (),
    *,
    running: bool = False,
    earlier: EarlierRun | None = None,
) -> RunPanel:
    """Return the form, source and earlier run of a demo."""
    say = handler.site.wordings[handler.language]
    query = {} if problems else dict(submission.given)
    return RunPanel(
        say=say,
        form=handler.form(submission, problems),
        source=Listing(
            handler.demo.path.name,
            highlighted(handler.demo.source),
            addresses.download(handler.language, handler.topic, handler.demo, query),
        ),
        watch=handler.demo.watch[handler.language],
        trap=handler.demo.trap,
        asks=bool(handler.demo.questions),
        running=running,
        earlier=earlier,
    )


def _link(language: Language, topic: Topic, demo: Demo, current: Demo) -> DemoLink:
    address = addresses.demo(language, topic, demo)
    name = topic.name_of(demo)
    return DemoLink(name, demo.title[language], address, demo.trap, demo is current)


def _shortened(text: str) -> str:
    if len(text) <= DESCRIPTION_LENGTH:
        return text
    return text[:DESCRIPTION_LENGTH].rsplit(" ", 1)[0].rstrip(".,:;،؛") + " …"
