"""Where everything is. Addresses are relative to the host; the site lives at its root."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from webapp.lessons.text import Language
from webapp.lessons.topic import Demo, Topic

OPENAPI = "/api/openapi.json"


def home(language: Language) -> str:
    """The first page."""
    return f"/{language}/"


def topic(language: Language, topic: Topic) -> str:
    """A topic; sends on to its first demo."""
    return f"/{language}/{topic.chapter}/{topic.slug}"


def demo(
    language: Language, of: Topic, demo: Demo, query: Mapping[str, object] | None = None
) -> str:
    """A demo's page, with its parameters if `query` holds any."""
    return _with(f"{topic(language, of)}/{demo.slug}", query)


def download(
    language: Language, of: Topic, demo: Demo, query: Mapping[str, object] | None = None
) -> str:
    """A demo's file, with its parameters in the last line if `query` holds any."""
    return _with(f"{topic(language, of)}/{demo.slug}.py", query)


def api(language: Language) -> str:
    """The page about the API."""
    return f"/{language}/api"


def events(run: str) -> str:
    """Where a lost stream is taken up again."""
    return f"/runs/{run}/events"


def cancel(run: str) -> str:
    """Where a run is stopped."""
    return f"/runs/{run}/cancel"


def _with(path: str, query: Mapping[str, object] | None) -> str:
    return f"{path}?{urlencode(query, doseq=True)}" if query else path
