"""Error pages: each says what is wrong and where to go on, and none shows a traceback."""

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
from webapp.pages.demo.form import submitted
from webapp.pages.guard import ForeignName
from webapp.pages.languages import visitor_language
from webapp.pages.run.kept import NoSuchRun
from webapp.pages.site.layout import ChapterLinks, Page, build_chapters, build_page
from webapp.pages.site.site import Site
from webapp.pages.texts.wording import Wording
from webapp.store.errors import StoreError

RETRY_SECONDS = 5
RETRYABLE = (ServiceUnavailable.code, TooManyRequests.code)
"""The status codes of errors that may pass by themselves."""

log = logging.getLogger(__name__)

# Returns the answer to an error in a request from a program, or None if a person asked.
ForPrograms = Callable[[HTTPException], Response | None]

# The status codes with texts of their own; all others share one text.
KNOWN = {403, 404, 405, 429, 500, 503}


@dataclass(frozen=True)
class ErrorView:
    """An error page.

    `again` is the address to retry, or "". `chapters` lists all topics; it is empty for a foreign
    host name, under which every link would be refused.
    """

    page: Page
    title: str
    text: str
    again: str
    chapters: tuple[ChapterLinks, ...]


@dataclass(frozen=True)
class Failure:
    """An error as a panel, for htmx to put into the open page."""

    say: Wording
    title: str
    text: str


def handle_errors(app: Flask, site: Site, for_programs: ForPrograms) -> None:
    """Answer every error of `app` with a page, or with what `for_programs` returns."""

    @app.errorhandler(Busy)
    def busy(error: Busy) -> Response:
        """Answer 503: all seats are taken, or no machine is reachable."""
        unreachable = isinstance(error, Unreachable)
        return known(MachinesUnreachable() if unreachable else ServiceUnavailable())

    @app.errorhandler(StoreError)
    def store_unreachable(error: StoreError) -> Response:
        """Answer 503: kept runs cannot be read at the moment."""
        log.error("%s", error)
        return known(StoreUnreachable())

    @app.errorhandler(HTTPException)
    def known(error: HTTPException) -> Response:
        """Answer with the page, the panel or the JSON for an error."""
        return for_programs(error) or answer(site, error)


class StoreUnreachable(ServiceUnavailable):
    """The database of kept runs does not answer."""

    reason = "store"


class MachinesUnreachable(ServiceUnavailable):
    """No machine that can run the program is reachable."""

    reason = "machines"
    description = (
        "No machine answers, or none that has what the demo needs: GET /api/topics tells of each "
        "whether it is available"
    )


def answer(site: Site, error: HTTPException) -> Response:
    """Return the answer to an error: a panel for htmx, else a whole page."""
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
        retryable = code in RETRYABLE and not isinstance(error, StoreUnreachable)
        again = _retry_address() if retryable else ""
        foreign = isinstance(error, ForeignName)
        view = _view(site, say, title, text, again, foreign=foreign)
        html = site.render("site/error.html", view)
    response = Response(html, code, headers=_headers(error))
    if code in RETRYABLE:
        response.headers.setdefault("Retry-After", str(RETRY_SECONDS))
    return response


def _reason(error: HTTPException, code: int) -> str:
    """Return the key of an error's texts: the `reason` of an error of ours, or its status code."""
    own: str = getattr(error, "reason", "")
    return own or (str(code) if code in KNOWN else "other")


def _view(
    site: Site, say: Wording, title: str, text: str, again: str, *, foreign: bool
) -> ErrorView:
    page = build_page(
        site, say.language, title=title, description=text, address=addresses.home, indexed=False
    )
    chapters = () if foreign else build_chapters(site, say.language)
    return ErrorView(page, title, text, again, chapters)


def _retry_address() -> str:
    """Return the address of the page that was asked for, with the submitted values."""
    query = submitted().query()
    page = request.path.removesuffix(addresses.REPEAT)
    return f"{page}?{urlencode(query, doseq=True)}"


def _headers(error: HTTPException) -> list[tuple[str, str]]:
    """Return the error's own headers (`Allow` of a 405) with our content type."""
    kept = [(name, value) for name, value in error.get_headers() if name != "Content-Type"]
    return [*kept, ("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")]
