"""The routes of a topic and its demos."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from webapp.engine.runner import Busy
from webapp.lessons.text import Language
from webapp.lessons.topic import Demo, Topic
from webapp.lessons.values import Values
from webapp.pages import addresses
from webapp.pages.check.routes import add_check
from webapp.pages.demo.elsewhere import keep_run_made_elsewhere
from webapp.pages.demo.examples import Examples, NoExample
from webapp.pages.demo.form import Submission, read_submission, submitted
from webapp.pages.demo.handler import DemoHandler
from webapp.pages.guard import visitor_address
from webapp.pages.htmx import NO_STORE
from webapp.pages.play.blueprint import add_play
from webapp.pages.site.site import Site
from webapp.store.errors import StoreError


def topic_blueprint(site: Site, topic: Topic) -> Blueprint:
    """Return the routes of one topic."""
    prefix = f"/<language:language>/{topic.chapter}/{topic.slug}"
    blueprint = Blueprint(topic.slug, __name__, url_prefix=prefix)
    examples = Examples(site, topic)
    add_check(blueprint, site, topic)
    _add_pages(blueprint, site, topic, examples)
    _add_examples(blueprint, site, topic, examples)
    _add_runs_elsewhere(blueprint, site, topic)
    _add_runs(blueprint, site, topic)
    add_play(blueprint, site, topic)
    return blueprint


def _add_pages(blueprint: Blueprint, site: Site, topic: Topic, examples: Examples) -> None:
    @blueprint.get("")
    def index(language: Language) -> AnyResponse:
        """Redirect to the first demo."""
        return redirect(addresses.demo(language, topic, topic.demos[0]))

    @blueprint.get("/<slug>")
    def show(language: Language, slug: str) -> Response:
        """Show a demo, its form filled from the query."""
        handler = DemoHandler(site, language, topic, _demo(topic, slug))

        def page(submission: Submission, values: Values) -> Response:
            # An example has the default values: beside other values in the form it would mislead.
            chosen = submission.transcript_only or submission.slow_motion
            default = values == handler.demo.defaults and not chosen
            earlier = (
                examples.earlier(handler.demo, language, offered=handler.offered)
                if default
                else None
            )
            return Response(handler.page(submission, earlier=earlier))

        return handler.answer(read_submission(request.args), page, partial=True)

    @blueprint.get("/<slug>.py")
    def download(language: Language, slug: str) -> Response:
        """Send a demo's file with the query's parameters in its last line."""
        handler = DemoHandler(site, language, topic, _demo(topic, slug))
        return handler.answer(
            read_submission(request.args), lambda _, values: handler.file(values), partial=True
        )


def _add_examples(blueprint: Blueprint, site: Site, topic: Topic, examples: Examples) -> None:
    @blueprint.get("/<slug>/example")
    @site.limit_runs
    def example(language: Language, slug: str) -> AnyResponse:
        """Redirect to a recorded run of a demo with its default values."""
        id = examples.make(_demo(topic, slug), visitor_address())
        if id is None:
            abort(404)
        return redirect(addresses.run(language, id), 303)

    @blueprint.get("/<slug>/_example")
    @site.limit_runs
    def example_fragment(language: Language, slug: str) -> Response:
        """Send a recorded run as a fragment, or say that there is none."""
        demo = _demo(topic, slug)
        try:
            id = examples.make(demo, visitor_address())
        except (Busy, StoreError):
            id = None
        if id is None:
            none = NoExample(site.wordings[language])
            return Response(site.render("demo/_no_example.html", none), headers=NO_STORE)
        offered = DemoHandler(site, language, topic, demo).offered
        past = examples.render(demo, language, id, offered=offered)
        return Response(site.render("demo/_example.html", past), headers=NO_STORE)


def _add_runs_elsewhere(blueprint: Blueprint, site: Site, topic: Topic) -> None:
    @blueprint.get("/<slug>/elsewhere/<name>")
    def elsewhere(language: Language, slug: str, name: str) -> AnyResponse:
        """Redirect to a run that was made on another machine and shows more than one here."""
        demo = _demo(topic, slug)
        known = name in demo.fuller
        id = keep_run_made_elsewhere(site, topic, demo, name) if known else None
        if id is None:
            abort(404)
        return redirect(addresses.run(language, id), 303)


def _add_runs(blueprint: Blueprint, site: Site, topic: Topic) -> None:
    @blueprint.post("/<slug>")
    @site.limit_runs
    def run(language: Language, slug: str) -> Response:
        """Run a demo and stream the run."""
        handler = DemoHandler(site, language, topic, _demo(topic, slug))
        return handler.answer(submitted(), handler.run)

    @blueprint.post(f"/<slug>{addresses.REPEAT}")
    @site.limit_runs
    def repeat(language: Language, slug: str) -> Response:
        """Run a demo many times and stream the summary of its runs."""
        handler = DemoHandler(site, language, topic, _demo(topic, slug))
        return handler.answer(submitted(), handler.repeat)

    @blueprint.post(f"/<slug>{addresses.SEARCH}")
    @site.limit_runs
    def search(language: Language, slug: str) -> Response:
        """Search for a schedule that breaks a demo, and stream what is tried."""
        demo = _demo(topic, slug)
        if not demo.directable:
            abort(404)
        handler = DemoHandler(site, language, topic, demo)
        return handler.answer(submitted(), handler.search)


def _demo(topic: Topic, slug: str) -> Demo:
    demo = topic.demo(slug)
    if demo is None:
        abort(404)
    return demo
