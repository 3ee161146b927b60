"""The language of a request: from its address, or else from the browser."""

from __future__ import annotations

from flask import request
from werkzeug.routing import AnyConverter, Map

from webapp.lessons.text import DEFAULT_LANGUAGE, LANGUAGES, Language


class LanguageConverter(AnyConverter):
    """Matches one of the site's languages in a route: `<language:language>`."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, *LANGUAGES)


def visitor_language() -> Language:
    """Return the language to answer in: the address's, else the browser's, else the default."""
    first = request.path.split("/", 2)[1]
    if first in LANGUAGES:
        return first
    return request.accept_languages.best_match(LANGUAGES, DEFAULT_LANGUAGE) or DEFAULT_LANGUAGE
