"""What keeps visitors safe: no foreign code in a page, no foreign page behind a post, no foreign
name for the site."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from werkzeug.exceptions import BadRequest, SecurityError
from werkzeug.sansio.utils import host_is_trusted

from webapp.pages.names import is_number, own_names

# Everything is ours and in files of its own: nothing inline, nothing from another host.
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
# What a browser only looks at for a page; our other answers are many and small.
PAGE_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
}
# A year, as those who check sites ask for; only said where the visitor came by https.
STRICT_TRANSPORT = "max-age=31536000"
SCHEMES = {"http", "https"}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
OWN_SITES = {"same-origin", "none"}


class ForeignName(BadRequest):
    """The site was asked for by a name that is not its own."""

    reason = "name"
    description = "The site does not answer to this name: MOVAZI_HOSTS says to which it does"


def guard(app: Flask, *, hosts: Sequence[str] = (), probes: Sequence[str] = ()) -> None:
    """Put the checks and the headers around every answer.

    `hosts` are the names that the site answers to; without any, these are what its machine is
    called, and every number of a machine. `probes` are addresses that may be asked for by any name,
    by what watches the site from beside it.
    """
    known = hosts or own_names()

    def refuse_foreign_names() -> None:
        # Another name would go into links, and into caches on the way; and a page of another site
        # could have its own name lead to this machine, and then read what we answer.
        # What the page that says so is drawn with is no secret.
        if request.path in probes or request.path.startswith("/static/"):
            return
        host = request.host if request.environ.get("HTTP_HOST") else ""
        if not (host_is_trusted(host, known) or (not hosts and is_number(host))):
            raise ForeignName

    app.before_request(_refuse_foreign_schemes)
    app.before_request(refuse_foreign_names)
    app.before_request(_refuse_foreign_posts)
    app.after_request(_with_headers)


def visitor_address() -> str:
    """Tell where the request comes from."""
    return request.remote_addr or ""


def _refuse_foreign_schemes() -> None:
    # A proxy that is believed may hand on what it was sent, and a scheme goes into links.
    if request.scheme not in SCHEMES:
        raise SecurityError


def refuse_foreign_pages() -> None:
    """Refuse what another site's page asks for, for addresses at which something is run.

    Fetch Metadata (W3C): browsers say which site a request comes from, but not to plain http other
    than localhost. There they say the page's origin with a post, and often the page with the rest.
    Where nothing is said it is no browser, or a person who typed the address.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in OWN_SITES:
            abort(403)
        return
    for name in ("Origin", "Referer"):
        said = request.headers.get(name)
        # Not the scheme: a proxy may take https from us without saying so.
        if said and urlsplit(said).netloc.lower() != request.host.lower():
            abort(403)


def _refuse_foreign_posts() -> None:
    if request.method not in SAFE_METHODS:
        refuse_foreign_pages()


def _with_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    if response.mimetype == "text/html":
        response.headers.update(PAGE_HEADERS)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
    return response
