"""The language of an address, and that of a visitor who names none."""

from __future__ import annotations

from flask import request
from werkzeug.routing import AnyConverter, Map

from webapp.lessons.text import DEFAULT_LANGUAGE, LANGUAGES, Language


class LanguageConverter(AnyConverter):
    """`<language:language>` of a route: one of the site's languages."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, *LANGUAGES)


def visitor_language() -> Language:
    """Tell the language to answer in: that of the address, else the browser's."""
    first = request.path.split("/", 2)[1]
    if first in LANGUAGES:
        return first
    return request.accept_languages.best_match(LANGUAGES, DEFAULT_LANGUAGE) or DEFAULT_LANGUAGE
