"""The addresses of all pages and files. They begin with "/": the site is at its host's root."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from webapp.lessons.text import Language
from webapp.lessons.topic import Demo, Topic

OPENAPI = "/api/openapi.json"
REPEAT = "/repeat"
CHECK = "/check"
SEARCH = "/search"
PLAY = "/scheduler"


def home(language: Language) -> str:
    """The home page."""
    return f"/{language}/"


def topic(language: Language, topic: Topic) -> str:
    """A topic; redirects to its first demo."""
    return f"/{language}/{topic.chapter}/{topic.slug}"


def check(language: Language, of: Topic) -> str:
    """The check at a topic's end."""
    return f"{topic(language, of)}{CHECK}"


def demo(
    language: Language, of: Topic, demo: Demo, query: Mapping[str, object] | None = None
) -> str:
    """A demo's page; `query` holds its parameters."""
    return _with(f"{topic(language, of)}/{demo.slug}", query)


def repeat(language: Language, of: Topic, demo: Demo) -> str:
    """Runs a demo many times (POST)."""
    return f"{topic(language, of)}/{demo.slug}{REPEAT}"


def search(language: Language, of: Topic, demo: Demo) -> str:
    """Searches for the schedule that breaks a demo (POST)."""
    return f"{topic(language, of)}/{demo.slug}{SEARCH}"


def play(
    language: Language, of: Topic, demo: Demo, query: Mapping[str, object] | None = None
) -> str:
    """The page on which a visitor chooses a demo's schedule."""
    return _with(f"{topic(language, of)}/{demo.slug}{PLAY}", query)


def comparison(language: Language, query: Mapping[str, object] | None = None) -> str:
    """The page that compares two demos."""
    return _with(f"/{language}/compare", query)


def beside(
    language: Language,
    first: tuple[Topic, Demo],
    second: tuple[Topic, Demo],
    query: Mapping[str, object] | None = None,
) -> str:
    """Redirects to a comparison in which both demos get the query's parameters."""
    demos = (topic.name_of(demo) for topic, demo in (first, second))
    return _with(f"{comparison(language)}/{'/'.join(demos)}", query)


def compared(language: Language, first: str, second: str) -> str:
    """The comparison of two kept runs, by their ids."""
    return f"{comparison(language)}/{first}/{second}"


def download(
    language: Language, of: Topic, demo: Demo, query: Mapping[str, object] | None = None
) -> str:
    """A demo's file; the parameters in `query` go into its last line."""
    return _with(f"{topic(language, of)}/{demo.slug}.py", query)


def example(language: Language, of: Topic, demo: Demo) -> str:
    """Redirects to a recorded run of a demo with its default values."""
    return f"{topic(language, of)}/{demo.slug}/example"


def example_fragment(language: Language, of: Topic, demo: Demo) -> str:
    """The same run as a fragment, which htmx puts into the demo's page."""
    return f"{topic(language, of)}/{demo.slug}/_example"


def elsewhere(language: Language, of: Topic, demo: Demo, name: str) -> str:
    """Redirects to a run of a demo that shows more than one here, by its name in `Demo.fuller`."""
    return f"{topic(language, of)}/{demo.slug}/elsewhere/{name}"


def api(language: Language) -> str:
    """The page about the API."""
    return f"/{language}/api"


def record(language: Language) -> str:
    """The page about recording your own program."""
    return f"/{language}/record"


def about(language: Language, page: str) -> str:
    """A page outside the course, by its name."""
    return f"/{language}/{page}"


def run(language: Language, id: str) -> str:
    """The page of a kept run."""
    return f"/{language}/runs/{id}"


def steps(language: Language, id: str) -> str:
    """The steps of a run, in one language, as JSON."""
    return f"/{language}/runs/{id}/steps.json"


def run_json(id: str) -> str:
    """The whole result of a run, as JSON."""
    return f"/runs/{id}.json"


def run_trace(id: str) -> str:
    """A run's events in Chrome's trace format."""
    return f"/runs/{id}/trace.json"


def run_picture(id: str) -> str:
    """A run's lanes as an SVG file."""
    return f"/runs/{id}.svg"


def run_program(id: str) -> str:
    """The program that ran, with its parameters."""
    return f"/runs/{id}.py"


def events(run: str, query: Mapping[str, object] | None = None) -> str:
    """The event stream of a run, to resume a lost one; `query` holds the predictions."""
    return _with(f"/runs/{run}/events", query)


def stop(repetition: str) -> str:
    """Stops a repetition (POST)."""
    return f"/repetitions/{repetition}/stop"


def stop_search(search: str) -> str:
    """Stops a search (POST)."""
    return f"/searches/{search}/stop"


def cancel(run: str) -> str:
    """Stops a run (POST)."""
    return f"/runs/{run}/cancel"


def class_new(language: Language) -> str:
    """Opens a room for a class."""
    return f"/{language}/class/new"


def class_teacher(language: Language, key: str) -> str:
    """The teacher's page of a room."""
    return f"/{language}/class/{key}"


def class_run(language: Language, key: str) -> str:
    """Starts the run that the whole room follows (POST)."""
    return f"/{language}/class/{key}/run"


def class_votes(key: str) -> str:
    """All votes of a room, as CSV."""
    return f"/class/{key}/votes.csv"


def class_join(code: str) -> str:
    """Where students enter a room; redirects to a new seat."""
    return f"/c/{code}"


def class_screen(language: Language, code: str) -> str:
    """A room on the projector."""
    return f"/{language}/c/{code}"


def class_seat(language: Language, code: str, seat: str) -> str:
    """A student's page of a room; votes are posted to it."""
    return f"/{language}/c/{code}/{seat}"


def class_own_run(language: Language, code: str, seat: str) -> str:
    """Starts a student's own run (POST)."""
    return f"/{language}/c/{code}/{seat}/run"


def _with(path: str, query: Mapping[str, object] | None) -> str:
    return f"{path}?{urlencode(query, doseq=True)}" if query else path
