"""What keeps visitors safe: no foreign code in a page, no foreign page behind a post."""

from __future__ import annotations

from flask import Flask, Response, abort, request

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
    "Referrer-Policy": "same-origin",
}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
OWN_SITES = {"same-origin", "none"}


def guard(app: Flask) -> None:
    """Put the checks and the headers around every answer."""
    app.before_request(_refuse_foreign_posts)
    app.after_request(_with_headers)


def visitor_address() -> str:
    """Tell where the request comes from."""
    return request.remote_addr or ""


def _refuse_foreign_posts() -> None:
    # Fetch Metadata (W3C): every current browser says which site a request comes from. Where
    # nothing is said it is no browser, and there is no visitor to be abused.
    if request.method in SAFE_METHODS:
        return
    if request.headers.get("Sec-Fetch-Site", "none") not in OWN_SITES:
        abort(403)


def _with_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    if response.mimetype == "text/html":
        response.headers.update(PAGE_HEADERS)
    return response
