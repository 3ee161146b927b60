"""The routes of comparisons: of two demos to run, and of two kept runs."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from webapp.engine.runner import Unreachable
from webapp.lessons.text import Language
from webapp.lessons.topic import Values
from webapp.pages import addresses
from webapp.pages.compare.form import (
    CHOSEN,
    KEYS,
    CompareForm,
    Enquiry,
    InvalidComparison,
    Problems,
    Side,
    draw_compare_form,
    find,
    fitting,
    read_enquiry,
)
from webapp.pages.compare.page import draw_choice, draw_kept
from webapp.pages.compare.sources import prefixes
from webapp.pages.compare.stream import Two, as_events, as_page
from webapp.pages.demo.desk import Desk
from webapp.pages.demo.form import read_entry, submitted
from webapp.pages.demo.needs import is_offered
from webapp.pages.htmx import FORM_ONLY, by_htmx, streamed, takes_events
from webapp.pages.run.kept import Kept, NoSuchRun, find_kept
from webapp.pages.site.site import Site
from webapp.pages.texts.wording import Wording


@dataclass(frozen=True)
class CompareFormView:
    """The form alone."""

    say: Wording
    form: CompareForm


def compare_blueprint(site: Site) -> Blueprint:
    """Return the routes of comparisons."""
    blueprint = Blueprint("compare", __name__, url_prefix="/<language:language>/compare")

    @blueprint.get("")
    def choose(language: Language) -> AnyResponse:
        """Show two demos, the form filled from the query."""
        enquiry = read_enquiry(site, read_entry(request.args))
        if CHOSEN in request.args:
            return _chosen(language, enquiry.fitting(), request.args[CHOSEN])
        return _filled(site, language, enquiry)

    @blueprint.post("")
    @site.limit_runs
    def run(language: Language) -> Response:
        """Run both demos, one after the other, and stream the runs."""
        enquiry = read_enquiry(site, submitted())
        try:
            values = enquiry.values()
        except InvalidComparison as invalid:
            return _refused(site, language, enquiry, invalid.problems)
        return _run(site, language, enquiry, values)

    @blueprint.get("/<topic>/<demo>/<other_topic>/<other>")
    def beside(
        language: Language, topic: str, demo: str, other_topic: str, other: str
    ) -> AnyResponse:
        """Redirect to the comparison of two demos that share the query's parameters."""
        return _beside(site, language, f"{topic}/{demo}", f"{other_topic}/{other}")

    @blueprint.get("/<first>/<second>")
    def kept(language: Language, first: str, second: str) -> Response:
        """Show two kept runs of any demos."""
        found = [_find(site, language, *each) for each in zip(KEYS, (first, second), strict=True)]
        return Response(site.render("compare/compare.html", draw_kept(site, language, *found)))

    return blueprint


def _filled(site: Site, language: Language, enquiry: Enquiry) -> Response:
    try:
        enquiry.values(partial=True)
    except InvalidComparison as invalid:
        return _refused(site, language, enquiry, invalid.problems)
    return Response(_page(site, language, enquiry))


def _beside(site: Site, language: Language, one: str, other: str) -> AnyResponse:
    first, second = find(site, one), find(site, other)
    entry = read_entry(request.args)
    # The first demo takes all values, and the page shows their errors. The second takes only those
    # that are valid for it.
    sides = Side("a", *first, entry), Side("b", *second, fitting(second[1], entry))
    query = Enquiry(sides, (), entry.transcript_only, "").query()
    return redirect(addresses.comparison(language, query))


def _chosen(language: Language, enquiry: Enquiry, key: str) -> AnyResponse:
    """Redirect to the page of the chosen demos, at the side that the visitor has just changed."""
    address = addresses.comparison(language, enquiry.query())
    return redirect(f"{address}#demo-{key}" if key in KEYS else address)


def _refused(site: Site, language: Language, enquiry: Enquiry, problems: Problems) -> Response:
    """Answer 422 with the form, what was submitted, and the errors."""
    if not by_htmx():
        return Response(_page(site, language, enquiry, problems), 422)
    say = site.wordings[language]
    form = draw_compare_form(site, say, enquiry, problems)
    html = site.render("compare/_form.html", CompareFormView(say, form))
    return Response(html, 422, headers=FORM_ONLY)


def _run(
    site: Site, language: Language, enquiry: Enquiry, values: tuple[Values, Values]
) -> Response:
    """Start the first run and stream both. Raises Busy."""
    machines = site.runner.machines()
    if not all(is_offered(side.demo, machines) for side in enquiry.sides):
        raise Unreachable  # before the first runs for nothing
    first, second = (
        Desk(site, language, side.topic, side.demo).starter(side.entry, own)
        for side, own in zip(enquiry.sides, values, strict=True)
    )
    sources = [side.demo.source for side in enquiry.sides]
    two = Two(site, first(), second, prefixes(*sources))
    if takes_events():
        return streamed(as_events(two), "text/event-stream")
    page = _page(site, language, enquiry, running=True)
    return streamed(as_page(two, page), "text/html")


def _page(
    site: Site,
    language: Language,
    enquiry: Enquiry,
    problems: Problems | None = None,
    *,
    running: bool = False,
) -> str:
    view = draw_choice(site, language, enquiry, problems, running=running)
    return site.render("compare/compare.html", view)


def _find(site: Site, language: Language, key: str, id: str) -> Kept:
    """Return one of two kept runs. Raises NoSuchRun with the name of the side in `which`."""
    try:
        return find_kept(site, id, language)
    except NoSuchRun as error:
        error.which = site.wordings[language](f"compare.which_{key}")
        raise
