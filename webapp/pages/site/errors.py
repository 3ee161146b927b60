"""What answers when something is wrong: a page with a way on, never a traceback."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask, Response, request
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    ServiceUnavailable,
    TooManyRequests,
)

from webapp.engine.runner import Busy, Unreachable
from webapp.operating.requests import request_id
from webapp.pages import addresses
from webapp.pages.compare.form import NoSuchDemo
from webapp.pages.demo.form import entered
from webapp.pages.guard import ForeignName
from webapp.pages.languages import visitor_language
from webapp.pages.run.kept import NoSuchRun
from webapp.pages.site.layout import ChapterLinks, Page, draw_chapters, draw_page
from webapp.pages.site.site import Site
from webapp.pages.texts.wording import Wording
from webapp.store.errors import StoreError

RETRY_SECONDS = 5
AGAIN = (ServiceUnavailable.code, TooManyRequests.code)
"""What is worth another try in a while."""

log = logging.getLogger(__name__)

# Gives the answer to an error where it is no person who asks, else None.
ForPrograms = Callable[[HTTPException], Response | None]

# Errors with words of their own; all others get common ones.
KNOWN = {403, 404, 405, 429, 500, 503}


@dataclass(frozen=True)
class ErrorView:
    """What went wrong, and the way on: `again` if it is worth trying, and all topics, but for those
    who asked by a name that is not ours.
    """

    page: Page
    title: str
    text: str
    again: str
    chapters: tuple[ChapterLinks, ...]


@dataclass(frozen=True)
class Failure:
    """The same as a panel in a page that is already there."""

    say: Wording
    title: str
    text: str


def handle_errors(app: Flask, site: Site, for_programs: ForPrograms) -> None:
    """Answer every error with a page of ours, or as `for_programs` does where a program asks."""

    @app.errorhandler(Busy)
    def busy(error: Busy) -> Response:
        """Say that the machine is full, and when to come again."""
        away = isinstance(error, Unreachable)
        return known(MachinesUnreachable() if away else ServiceUnavailable())

    @app.errorhandler(StoreError)
    def unreachable(error: StoreError) -> Response:
        """Say that kept runs cannot be read at the moment."""
        log.error("%s", error)
        return known(StoreUnreachable())

    @app.errorhandler(HTTPException)
    def known(error: HTTPException) -> Response:
        """Say what is wrong with the request, or that we failed."""
        return for_programs(error) or answer(site, error)


class StoreUnreachable(ServiceUnavailable):
    """The database of kept runs does not answer."""

    reason = "store"


class MachinesUnreachable(ServiceUnavailable):
    """No machine that could run the program answers."""

    reason = "machines"
    description = (
        "No machine answers, or none that has what the demo needs: GET /api/topics tells of each "
        "whether it is available"
    )


def answer(site: Site, error: HTTPException) -> Response:
    """Make the answer to an error: a whole page, or a panel where htmx asks."""
    code = error.code or InternalServerError.code
    say = site.wordings[visitor_language()]
    key = f"error.{_reason(error, code)}"
    title, text = say(f"{key}.title"), say(f"{key}.text")
    if isinstance(error, NoSuchRun) and error.which:
        text = f"{error.which} {text}"
    if code == InternalServerError.code:
        text = f"{text} {say('error.request', id=request_id())}"
    if request.headers.get("HX-Request") == "true":
        html = site.render("site/_failure.html", Failure(say, title, text))
    else:
        again = _again() if code in AGAIN and not isinstance(error, StoreUnreachable) else ""
        foreign = isinstance(error, ForeignName)
        view = _view(site, say, title, text, again, foreign=foreign)
        html = site.render("site/error.html", view)
    response = Response(html, code, headers=_headers(error))
    if code in AGAIN:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _reason(error: HTTPException, code: int) -> str:
    """Name the texts of an error: those of its own reason, or of its code."""
    if isinstance(
        error, NoSuchRun | NoSuchDemo | StoreUnreachable | MachinesUnreachable | ForeignName
    ):
        return error.reason
    return str(code) if code in KNOWN else "other"


def _view(
    site: Site, say: Wording, title: str, text: str, again: str, *, foreign: bool
) -> ErrorView:
    page = draw_page(
        site, say.language, title=title, description=text, address=addresses.home, indexed=False
    )
    chapters = () if foreign else draw_chapters(site, say.language)  # these would be refused, too
    return ErrorView(page, title, text, again, chapters)


def _again() -> str:
    """Give the page of the demo that could not be run, with what was entered."""
    query = entered().query()
    page = request.path.removesuffix(addresses.REPEAT)
    return f"{page}?{urlencode(query, doseq=True)}"


def _headers(error: HTTPException) -> list[tuple[str, str]]:
    """Keep what belongs to the error (`Allow` of a 405), not the type of its own page."""
    kept = [(name, value) for name, value in error.get_headers() if name != "Content-Type"]
    return [*kept, ("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")]
