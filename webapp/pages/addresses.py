"""Where everything is. Addresses are relative to the host; the site lives at its root."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from webapp.lessons.text import Language
from webapp.lessons.topic import Demo, Topic

OPENAPI = "/api/openapi.json"
REPEAT = "/repeat"


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


def repeat(language: Language, of: Topic, demo: Demo) -> str:
    """Where a demo is run many times."""
    return f"{topic(language, of)}/{demo.slug}{REPEAT}"


def comparison(language: Language, query: Mapping[str, object] | None = None) -> str:
    """Where two demos are run, one beside the other."""
    return _with(f"/{language}/compare", query)


def beside(
    language: Language,
    first: tuple[Topic, Demo],
    second: tuple[Topic, Demo],
    query: Mapping[str, object] | None = None,
) -> str:
    """Sends on to a comparison in which the query's parameters are for both demos."""
    demos = (topic.name_of(demo) for topic, demo in (first, second))
    return _with(f"{comparison(language)}/{'/'.join(demos)}", query)


def compared(language: Language, first: str, second: str) -> str:
    """Two runs that are kept, by their ids, one beside the other."""
    return f"{comparison(language)}/{first}/{second}"


def download(
    language: Language, of: Topic, demo: Demo, query: Mapping[str, object] | None = None
) -> str:
    """A demo's file, with its parameters in the last line if `query` holds any."""
    return _with(f"{topic(language, of)}/{demo.slug}.py", query)


def example(language: Language, of: Topic, demo: Demo) -> str:
    """A recorded run of a demo's own values; sends on to its page."""
    return f"{topic(language, of)}/{demo.slug}/example"


def example_fragment(language: Language, of: Topic, demo: Demo) -> str:
    """The same, for htmx to put into the demo's page."""
    return f"{topic(language, of)}/{demo.slug}/_example"


def api(language: Language) -> str:
    """The page about the API."""
    return f"/{language}/api"


def record(language: Language) -> str:
    """The page about recording one's own program."""
    return f"/{language}/record"


def about(language: Language, page: str) -> str:
    """A page beside the course, by its name."""
    return f"/{language}/{page}"


def run(language: Language, id: str) -> str:
    """The page of a run that is kept."""
    return f"/{language}/runs/{id}"


def steps(language: Language, id: str) -> str:
    """What a walk through a run shows, in the words of a language."""
    return f"/{language}/runs/{id}/steps.json"


def run_json(id: str) -> str:
    """All that a run came to, for programs."""
    return f"/runs/{id}.json"


def run_trace(id: str) -> str:
    """A run's events for viewers of traces."""
    return f"/runs/{id}/trace.json"


def run_picture(id: str) -> str:
    """A run's lanes as a file."""
    return f"/runs/{id}.svg"


def run_program(id: str) -> str:
    """The program that ran, with its parameters."""
    return f"/runs/{id}.py"


def events(run: str) -> str:
    """Where a lost stream is taken up again."""
    return f"/runs/{run}/events"


def stop(repetition: str) -> str:
    """Where many runs are stopped."""
    return f"/repetitions/{repetition}/stop"


def cancel(run: str) -> str:
    """Where a run is stopped."""
    return f"/runs/{run}/cancel"


def _with(path: str, query: Mapping[str, object] | None) -> str:
    return f"{path}?{urlencode(query, doseq=True)}" if query else path
