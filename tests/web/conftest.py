"""A site with a small topic and a scripted runner."""

import pytest
from flask.testing import FlaskClient

from tests.topics import TOPICS
from tests.web.scripted import COURSE, ScriptedRunner, SharedSite
from webapp.app import create_app
from webapp.lessons.folders import find_topics
from webapp.store.store import Store


@pytest.fixture
def runner() -> ScriptedRunner:
    return ScriptedRunner()


@pytest.fixture(scope="session")
def small_site() -> SharedSite:
    """A site with the topic `greeting` only."""
    return SharedSite(find_topics(COURSE))


@pytest.fixture(scope="session")
def whole_site() -> SharedSite:
    """A site with its own topics."""
    return SharedSite(TOPICS)


@pytest.fixture
def client(small_site: SharedSite, runner: ScriptedRunner, store: Store) -> FlaskClient:
    """A client of the small site."""
    return small_site.lent(runner, store).test_client()


@pytest.fixture(scope="session")
def real_client() -> FlaskClient:
    """A client of the site with its own topics and a scripted runner."""
    return create_app(ScriptedRunner(busy=True), TOPICS, TESTING=True).test_client()
