"""The routes of comparisons: of two demos to run, and of two kept runs."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from webapp.engine.runner import Unreachable
from webapp.lessons.text import Language
from webapp.lessons.values import Values
from webapp.pages import addresses
from webapp.pages.compare.form import CompareForm, build_compare_form
from webapp.pages.compare.page import build_choice, build_kept
from webapp.pages.compare.selection import (
    CHOSEN,
    KEYS,
    InvalidComparison,
    Problems,
    Selection,
    Side,
    find,
    keep_valid,
    read_selection,
)
from webapp.pages.compare.sources import prefixes
from webapp.pages.compare.stream import Comparisons, Once, TwoRuns, as_events, as_page
from webapp.pages.demo.form import read_submission, submitted
from webapp.pages.demo.handler import DemoHandler
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
    comparisons = Comparisons()

    @blueprint.get("")
    def choose(language: Language) -> AnyResponse:
        """Show two demos, the form filled from the query."""
        selection = read_selection(site, read_submission(request.args))
        if CHOSEN in request.args:
            return _chosen(language, selection.only_valid(), request.args[CHOSEN])
        return _filled(site, language, selection)

    @blueprint.post("")
    @site.limit_runs
    def run(language: Language) -> Response:
        """Run both demos, one after the other, and stream the runs."""
        selection = read_selection(site, submitted())
        try:
            values = selection.values()
        except InvalidComparison as invalid:
            return _refused(site, language, selection, invalid.problems)
        runs = _start(site, language, selection, values)
        comparisons.add(runs)
        if takes_events():
            return streamed(as_events(runs), "text/event-stream")
        page = _page(site, language, selection, running=True)
        return streamed(as_page(runs, page), "text/html")

    @blueprint.get("/<first>/_panel")
    def panel(language: Language, first: str) -> Response:
        """Stream a comparison to its page again, from the beginning of both runs."""
        runs = comparisons.find(first)
        if runs is None:
            return Response(status=204)  # the page stays as it is
        site.room.check()
        return streamed(as_events(runs.again(language)), "text/event-stream")

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
        return Response(site.render("compare/compare.html", build_kept(site, language, *found)))

    return blueprint


def _filled(site: Site, language: Language, selection: Selection) -> Response:
    try:
        selection.values(partial=True)
    except InvalidComparison as invalid:
        return _refused(site, language, selection, invalid.problems)
    return Response(_page(site, language, selection))


def _beside(site: Site, language: Language, one: str, other: str) -> AnyResponse:
    first, second = find(site, one), find(site, other)
    submission = read_submission(request.args)
    # The first demo takes all values, and the page shows their errors. The second takes only those
    # that are valid for it.
    sides = Side("a", *first, submission), Side("b", *second, keep_valid(second[1], submission))
    query = Selection(sides, (), submission.transcript_only, "").query()
    return redirect(addresses.comparison(language, query))


def _chosen(language: Language, selection: Selection, key: str) -> AnyResponse:
    """Redirect to the page of the chosen demos, at the side that the visitor has just changed."""
    address = addresses.comparison(language, selection.query())
    return redirect(f"{address}#demo-{key}" if key in KEYS else address)


def _refused(site: Site, language: Language, selection: Selection, problems: Problems) -> Response:
    """Answer 422 with the form, what was submitted, and the errors."""
    if not by_htmx():
        return Response(_page(site, language, selection, problems), 422)
    say = site.wordings[language]
    form = build_compare_form(site, say, selection, problems)
    html = site.render("compare/_form.html", CompareFormView(say, form))
    return Response(html, 422, headers=FORM_ONLY)


def _start(
    site: Site, language: Language, selection: Selection, values: tuple[Values, Values]
) -> TwoRuns:
    """Start the first run. Raises Busy."""
    machines = site.runner.machines()
    if not all(is_offered(side.demo, machines) for side in selection.sides):
        raise Unreachable  # checked for both before the first starts
    first, second = (
        DemoHandler(site, language, side.topic, side.demo).starter(side.submission, own)
        for side, own in zip(selection.sides, values, strict=True)
    )
    sources = [side.demo.source for side in selection.sides]
    return TwoRuns(site, first(), Once(second), prefixes(*sources))


def _page(
    site: Site,
    language: Language,
    selection: Selection,
    problems: Problems | None = None,
    *,
    running: bool = False,
) -> str:
    view = build_choice(site, language, selection, problems, running=running)
    return site.render("compare/compare.html", view)


def _find(site: Site, language: Language, key: str, id: str) -> Kept:
    """Return one of two kept runs. Raises NoSuchRun with the name of the side in `which`."""
    try:
        return find_kept(site, id, language)
    except NoSuchRun as error:
        error.which = site.wordings[language](f"compare.which_{key}")
        raise
