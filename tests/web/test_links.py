"""The intended route answers every address that `pages/addresses.py` writes."""

import inspect
from collections.abc import Callable
from functools import partial

import pytest
from flask.testing import FlaskClient

from tests.topics import TOPICS
from webapp.lessons.text import LANGUAGES
from webapp.pages import addresses

TOPIC = TOPICS[0]
DEMO = TOPIC.demos[0]
OTHER = (TOPICS[1], TOPICS[1].demos[0])

OF_A_DEMO = {"slug": DEMO.slug}
OF_A_RUN = {"id": "a1"}

ROUTES: dict[str, tuple[Callable[..., str], str, dict[str, str]]] = {
    "home": (addresses.home, "home.show", {}),
    "topic": (partial(addresses.topic, topic=TOPIC), f"{TOPIC.slug}.index", {}),
    "demo": (partial(addresses.demo, of=TOPIC, demo=DEMO), f"{TOPIC.slug}.show", OF_A_DEMO),
    "download": (
        partial(addresses.download, of=TOPIC, demo=DEMO),
        f"{TOPIC.slug}.download",
        OF_A_DEMO,
    ),
    "example": (
        partial(addresses.example, of=TOPIC, demo=DEMO),
        f"{TOPIC.slug}.example",
        OF_A_DEMO,
    ),
    "example_fragment": (
        partial(addresses.example_fragment, of=TOPIC, demo=DEMO),
        f"{TOPIC.slug}.example_fragment",
        OF_A_DEMO,
    ),
    "repeat": (partial(addresses.repeat, of=TOPIC, demo=DEMO), f"{TOPIC.slug}.repeat", OF_A_DEMO),
    "check": (
        partial(addresses.check, of=TOPIC),
        f"{TOPIC.slug}.show_check",
        {},
    ),
    "elsewhere": (
        partial(addresses.elsewhere, of=TOPIC, demo=DEMO, name="free"),
        f"{TOPIC.slug}.elsewhere",
        {**OF_A_DEMO, "name": "free"},
    ),
    "search": (partial(addresses.search, of=TOPIC, demo=DEMO), f"{TOPIC.slug}.search", OF_A_DEMO),
    "play": (partial(addresses.play, of=TOPIC, demo=DEMO), f"{TOPIC.slug}.scheduler", OF_A_DEMO),
    "comparison": (addresses.comparison, "compare.choose", {}),
    "beside": (
        partial(addresses.beside, first=(TOPIC, DEMO), second=OTHER),
        "compare.beside",
        {
            "topic": TOPIC.slug,
            "demo": DEMO.slug,
            "other_topic": OTHER[0].slug,
            "other": OTHER[1].slug,
        },
    ),
    "compared": (
        partial(addresses.compared, first="a1", second="b2"),
        "compare.kept",
        {"first": "a1", "second": "b2"},
    ),
    "api": (addresses.api, "api_docs.show", {}),
    "record": (addresses.record, "record.show", {}),
    "about": (partial(addresses.about, page="teachers"), "about.teachers", {}),
    "run": (partial(addresses.run, id="a1"), "runs.show", OF_A_RUN),
    "steps": (partial(addresses.steps, id="a1"), "lanes.steps", OF_A_RUN),
    "class_new": (addresses.class_new, "teacher.new", {}),
    "class_teacher": (partial(addresses.class_teacher, key="a1"), "teacher.show", {"key": "a1"}),
    "class_run": (partial(addresses.class_run, key="a1"), "teacher.run", {"key": "a1"}),
    "class_screen": (partial(addresses.class_screen, code="B"), "students.screen", {"code": "B"}),
    "class_seat": (
        partial(addresses.class_seat, code="B", seat="c1"),
        "students.show",
        {"code": "B", "seat": "c1"},
    ),
    "class_own_run": (
        partial(addresses.class_own_run, code="B", seat="c1"),
        "students.run",
        {"code": "B", "seat": "c1"},
    ),
}
POSTED = {"repeat", "search", "class_run", "class_own_run"}
"""Functions that take a language: the endpoint, and the route's other arguments."""

BARE: dict[str, tuple[Callable[[str], str], str, str]] = {
    "run_json": (addresses.run_json, "kept.show", "GET"),
    "run_trace": (addresses.run_trace, "kept.trace", "GET"),
    "run_picture": (addresses.run_picture, "runs.picture", "GET"),
    "run_program": (addresses.run_program, "runs.program", "GET"),
    "events": (addresses.events, "runs.events", "GET"),
    "cancel": (addresses.cancel, "runs.cancel", "POST"),
    "stop": (addresses.stop, "repetitions.stop", "POST"),
    "stop_search": (addresses.stop_search, "searches.stop", "POST"),
    "class_join": (addresses.class_join, "students.join", "GET"),
    "class_votes": (addresses.class_votes, "teacher.votes", "GET"),
}
"""Functions that take only an id, a code or a key: the endpoint and the method."""


def test_every_function_is_tested() -> None:
    public = {
        name
        for name, function in inspect.getmembers(addresses, inspect.isfunction)
        if function.__module__ == addresses.__name__ and not name.startswith("_")
    }
    assert public == ROUTES.keys() | BARE.keys()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ROUTES)
def test_an_address_of_a_page_has_its_route(
    real_client: FlaskClient, name: str, language: str
) -> None:
    address, endpoint, found = ROUTES[name]
    method = "POST" if name in POSTED else "GET"
    routes = real_client.application.url_map.bind("")
    assert routes.match(address(language), method) == (endpoint, {"language": language, **found})


@pytest.mark.parametrize("name", BARE)
def test_an_address_without_a_language_has_its_route(real_client: FlaskClient, name: str) -> None:
    address, endpoint, method = BARE[name]
    routes = real_client.application.url_map.bind("")
    found, arguments = routes.match(address("a1"), method)
    assert (found, [*arguments.values()]) == (endpoint, ["a1"])


def test_a_query_is_read_as_it_was_written(real_client: FlaskClient) -> None:
    values = {"n": 3, "names": ["a b", "c&d", "فا"]}
    with real_client.application.test_request_context(
        addresses.demo("en", TOPIC, DEMO, values)
    ) as context:
        assert context.request.args.to_dict(flat=False) == {"n": ["3"], "names": values["names"]}
