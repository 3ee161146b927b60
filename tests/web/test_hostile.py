"""Hostile input in every field of every form, in both languages.

Nothing runs: a scripted runner plays a transcript that is hostile, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.topics import TOPICS
from tests.web.hostile import HEADERS, MARK, VALUES, Form, Reading, check
from tests.web.scripted import COURSE, GOOD, HELLO, STREAMED, NamedRunner, printed
from webapp.app import create_app
from webapp.engine.events import Event, Kind
from webapp.lessons.folders import find_topics
from webapp.lessons.text import LANGUAGES
from webapp.pages.demo.form import value_texts
from webapp.settings import Settings
from webapp.store.store import Store

pytestmark = pytest.mark.thorough

ID = "-" * 12 + "run1"
FEW = VALUES[:12]
"""Values that could break a page, for the many forms that have the same templates."""

UNKNOWN = ("unknown", f'x"><i {MARK}>')
"""Names of unknown fields."""

EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)

ADDRESSES = (
    "/{}/threads/greeting/say-hello",
    "/{}/threads/greeting/say-in-turn",
    "/{}/threads/greeting/say-nothing",
    "/{}/compare",
    "/{}/compare?a=greeting/say-hello&b=greeting/say-in-turn",
    "/{}/api",
    "/{}/record",
    "/{}/nowhere",
    f"/{{}}/runs/{ID}",
)


def settings(proxies: int = 0) -> Settings:
    """Return settings with a limit that these tests do not reach."""
    return Settings(rate_limit=1_000_000, rate_limit_page=1_000_000, proxies=proxies)


def hostile_events() -> list[Event]:
    """Return the events of a run whose program, workers and objects have hostile names."""
    events = []
    for number, value in enumerate(value for value in VALUES if MARK in value):
        id, text = 3 * number + 1, value.encode("utf-8", "replace").decode()
        events += [
            printed(id, f"{text}\n"),
            Event(id + 1, id * 1000 + 1, 42, 43, text, Kind.WAITS, text, "acquire", 7),
            Event(id + 2, id * 1000 + 2, 42, 43, text, Kind.GOT, text, "1", 7),
        ]
    return events


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client of a small site after one run with hostile output.

    Later runs print little, since the answers to input do not depend on output.
    """
    runner = NamedRunner(batches=(hostile_events(),), detail=f"<b>{MARK}</b>")
    with site(runner, tmp_path_factory.mktemp("hostile")) as client:
        client.post(HELLO, data=GOOD, buffered=True)
        runner.batches, runner.detail = NamedRunner.batches, NamedRunner.detail
        yield client


@contextmanager
def site(runner: NamedRunner, folder: Path, proxies: int = 0) -> Iterator[FlaskClient]:
    """A client of a small site."""
    store = Store(f"sqlite:///{folder / 'runs.sqlite'}")
    yield create_app(runner, find_topics(COURSE), store, settings(proxies)).test_client()
    store.close()


@pytest.fixture(scope="module", params=[0, 1], ids=["alone", "behind a proxy"])
def reached(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlaskClient]:
    """A client of a site that trusts so many proxies, after one run."""
    with site(NamedRunner(), tmp_path_factory.mktemp("reached"), request.param) as client:
        client.post(HELLO, data=GOOD, buffered=True)
        yield client


@pytest.fixture(scope="module")
def course() -> Iterator[FlaskClient]:
    """A client of the whole course with a scripted runner."""
    yield create_app(NamedRunner(busy=True), TOPICS, settings=settings()).test_client()


def forms(client: FlaskClient, address: str) -> list[Form]:
    """Return the forms of a page with their resolved addresses."""
    found = Reading(client.get(address).text).forms
    for form in found:
        form.action = form.action or address.partition("?")[0]
    return found


def send(client: FlaskClient, form: Form, value: str, *names: str) -> None:
    """Send a form with these fields set to `value`: as a page, by htmx, and in the address."""
    fields = {**form.fields, **dict.fromkeys(names, value)}
    safe = {key: text.encode("utf-8", "surrogatepass") for key, text in fields.items()}
    if form.method == "post":
        check(client.post(form.action, data=safe, buffered=True))
        check(client.post(form.action, data=safe, headers=STREAMED, buffered=True))
    check(client.get(form.action, query_string=safe, buffered=True))


@EVERY_LANGUAGE
@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.timeout(120)
def test_no_field_of_any_form_breaks_a_page(
    client: FlaskClient, address: str, language: str
) -> None:
    for form in forms(client, address.format(language)):
        for value in VALUES:
            for name in form.fields:
                send(client, form, value, name)
            send(client, form, value, *UNKNOWN)


@EVERY_LANGUAGE
def test_the_form_of_the_first_page_is_that_of_a_demo(client: FlaskClient, language: str) -> None:
    """So the tests above send hostile values in its fields, too."""
    [first] = forms(client, f"/{language}/")
    assert first.action in [address.format(language) for address in ADDRESSES]
    [demo] = forms(client, first.action)
    assert (first.method, first.fields.keys() - demo.fields.keys()) == (demo.method, set())


@EVERY_LANGUAGE
@pytest.mark.timeout(120)
def test_no_field_of_the_course_breaks_a_page(course: FlaskClient, language: str) -> None:
    """Send a value that could break text and attributes in all fields of each demo."""
    value = "".join(FEW[:2])
    for topic in TOPICS:
        for demo in topic.demos:
            address = f"/{language}/{topic.chapter}/{topic.slug}/{demo.slug}"
            names = [parameter.name for parameter in demo.parameters]
            if not names:
                continue
            entered = {name: value.replace(MARK, f"{MARK}-{name}") for name in names}
            answer = course.post(address, data={**value_texts(demo, demo.defaults), **entered})
            check(answer)
            assert answer.status_code == 422
            for name in names:
                assert f"{MARK}-{name}" in answer.text  # the entered value stays, as text


@EVERY_LANGUAGE
def test_a_field_may_be_sent_twice_or_not_at_all(client: FlaskClient, language: str) -> None:
    address = f"/{language}/threads/greeting/say-hello"
    for name in GOOD:
        without = {key: value for key, value in GOOD.items() if key != name}
        check(client.post(address, data=without, buffered=True))
        for value in FEW:
            check(client.post(address, data={**without, name: [value, GOOD[name]]}, buffered=True))


@pytest.mark.parametrize("header", HEADERS)
def test_no_header_breaks_an_answer(reached: FlaskClient, header: str) -> None:
    for value in VALUES:
        sent = {header: value.translate({10: " ", 13: " ", 0: " "}).encode("utf-8", "replace")}
        text = {header: sent[header].decode("latin-1")[:8000]}
        for address in (HELLO, f"/en/runs/{ID}", "/nowhere", "/api/topics/x/y"):
            check(reached.get(address, headers=text))
        check(reached.post(HELLO, data=GOOD, headers=text, buffered=True))


PATHS = (
    "/{}",
    "/en/{}",
    "/en/threads/{}",
    "/en/threads/greeting/{}",
    "/en/threads/greeting/{}.py",
    "/en/threads/greeting/say-hello/{}",
    "/en/runs/{}",
    "/en/runs/{}/steps.json",
    "/runs/{}.json",
    "/runs/{}.svg",
    "/runs/{}.py",
    "/runs/{}/trace.json",
    "/runs/{}/events",
    "/en/compare/{}/x",
    "/en/compare/{}/b/c/d",
    "/static/{}",
    "/api/{}",
    "/api/topics/{}/x",
    "/api/runs/{}",
)


@pytest.mark.parametrize("path", PATHS)
def test_no_address_breaks_an_answer(client: FlaskClient, path: str) -> None:
    for value in (*VALUES, "..", ".", "%2e%2e%2f", "%00", "%ff%fe", "\\", "a" * 3000):
        address = path.format(value.encode("utf-8", "replace").decode().replace("?", "%3f"))
        for method in ("GET", "POST"):
            check(client.open(address.replace("#", "%23"), method=method, buffered=True))


@EVERY_LANGUAGE
def test_output_of_a_program_is_text_on_every_page(client: FlaskClient, language: str) -> None:
    page = client.get(f"/{language}/runs/{ID}")
    check(page)
    assert MARK in page.text
    check(client.get(f"/{language}/runs/{ID}?from=0&to=5"))
    picture = client.get(f"/runs/{ID}.svg")
    assert Reading(picture.text.partition("</style>")[2]).harm == []
    for file in (f"/runs/{ID}.json", f"/runs/{ID}/trace.json", f"/{language}/runs/{ID}/steps.json"):
        answer = client.get(file)
        check(answer)
        assert answer.mimetype == "application/json"
    check(client.post(HELLO, data=GOOD, headers=STREAMED, buffered=True))


def test_the_checks_find_every_harmful_value() -> None:
    """They find a page that returns its input unchanged, for every value that could harm."""
    harmful: Sequence[str] = [value for value in FEW if "<" in value and "<!--" not in value]
    for value in harmful:
        assert (
            Reading(f"<p>{value}</p>").harm or f"<{'b' if 'X-Forged' in value else 'hx'}" in value
        )
    assert Reading(f'<input value="{VALUES[1]}">').harm
    assert Reading(f"<input value='{VALUES[2]}'>").harm
    assert Reading(f'<a href="{VALUES[4]}">').harm
