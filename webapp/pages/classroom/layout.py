"""The frame of a room's pages."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import segno
from flask import request
from markupsafe import Markup

from webapp.lessons.text import Language
from webapp.pages import addresses
from webapp.pages.classroom.panel import Panel
from webapp.pages.site.layout import Page, build_page
from webapp.pages.site.site import Site


@dataclass(frozen=True)
class RoomView:
    """A page of a room. `join` is the address that students type, without its scheme.

    `qr` is the whole address as a QR code.
    """

    page: Page
    code: str
    join: str
    qr: Markup
    panel: Panel
    events: str


def build_room(
    site: Site,
    language: Language,
    code: str,
    panel: Panel,
    address: Callable[[Language], str],
) -> RoomView:
    """Return the view of one of a room's pages; `address` is the page's own in a language."""
    say = site.wordings[language]
    return RoomView(
        page=build_page(
            site,
            language,
            title=say("class.room", code=code),
            description=say("class.description"),
            address=address,
            indexed=False,
        ),
        code=code,
        join=request.host + addresses.class_join(code),
        qr=_qr_code(request.host_url.rstrip("/") + addresses.class_join(code)),
        panel=panel,
        events=f"{address(language)}/events",
    )


@lru_cache(maxsize=100)
def _qr_code(address: str) -> Markup:
    """Return the address as a QR code in SVG: dark on light in both themes, as readers need it."""
    out = io.BytesIO()
    segno.make(address, error="m").save(
        out, kind="svg", xmldecl=False, svgclass="qr", lineclass=None, light="#fff", omitsize=True
    )
    return Markup(out.getvalue().decode())
