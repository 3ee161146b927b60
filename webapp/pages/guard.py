"""Security checks and headers against foreign code, cross-site POSTs and foreign host names."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from werkzeug.exceptions import BadRequest, SecurityError
from werkzeug.sansio.utils import host_is_trusted

from webapp.pages.names import is_ip_address, own_names

# All scripts, styles, fonts and images are files of this site: none is inline or from elsewhere.
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
# Browsers apply these to pages only, so the many small answers go without them.
PAGE_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
}
# A year, which security checkers ask for. Sent over https only.
STRICT_TRANSPORT = "max-age=31536000"
SCHEMES = {"http", "https"}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
OWN_SITES = {"same-origin", "none"}


class ForeignName(BadRequest):
    """The `Host` header names a host that the site does not answer to."""

    reason = "name"
    description = "The site does not answer to this name: MOVAZI_HOSTS says to which it does"


def guard(app: Flask, *, hosts: Sequence[str] = (), probes: Sequence[str] = ()) -> None:
    """Check every request of `app` and add the security headers to every answer.

    `hosts` are the host names that the site answers to. If it is empty, the machine's own names and
    all IP addresses are accepted. `probes` are paths that may be requested under any host name, for
    health checks.
    """
    known = hosts or own_names()

    @lru_cache(maxsize=64)  # browsers send the same few names
    def is_own(host: str) -> bool:
        return host_is_trusted(host, known) or (not hosts and is_ip_address(host))

    def refuse_foreign_names() -> None:
        # A foreign name would get into links and caches. With DNS rebinding, another site's page
        # could also read our answers. The error page needs its static files: they are public.
        if request.path in probes or request.path.startswith("/static/"):
            return
        if not is_own(request.host if request.environ.get("HTTP_HOST") else ""):
            raise ForeignName

    app.before_request(_refuse_foreign_schemes)
    app.before_request(refuse_foreign_names)
    app.before_request(_refuse_foreign_posts)
    app.after_request(_with_headers)


def visitor_address() -> str:
    """Return the IP address that the request comes from, or ""."""
    return request.remote_addr or ""


def _refuse_foreign_schemes() -> None:
    # A trusted proxy may forward any scheme that a client sent, and the scheme gets into links.
    if request.scheme not in SCHEMES:
        raise SecurityError


def refuse_foreign_pages() -> None:
    """Answer 403 to a request from another site's page. For routes that start a run.

    Browsers send `Sec-Fetch-Site` (W3C Fetch Metadata), but not to plain http hosts other than
    localhost. There they send `Origin` with a POST, and often `Referer` with a GET. A request
    without all three comes from a program, or from a person who typed the address.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in OWN_SITES:
            abort(403)
        return
    for name in ("Origin", "Referer"):
        source = request.headers.get(name)
        # The scheme is not compared: a proxy may end https without telling us.
        if source and urlsplit(source).netloc.lower() != request.host.lower():
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
