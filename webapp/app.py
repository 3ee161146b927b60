"""Builds the site: `create_app` wires all packages together."""

from __future__ import annotations

import atexit
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask
from jinja2 import StrictUndefined
from jinja2.ext import Extension
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp.api.answers import answer_program
from webapp.api.blueprints import api_blueprints
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.limits import MB
from webapp.engine.runner import Runner
from webapp.engine.surroundings import bare
from webapp.environment import SettingsError, read_settings
from webapp.files import TEMPLATES
from webapp.lessons.folders import TOPICS, find_topics
from webapp.lessons.topic import Topic
from webapp.operating import RUNNER
from webapp.operating.command import settings_command
from webapp.operating.health import LIVE, READY, health_blueprint
from webapp.operating.metrics import measure
from webapp.operating.requests import name_requests
from webapp.pages.classroom.student import student_blueprint
from webapp.pages.classroom.teacher import teacher_blueprint
from webapp.pages.classroom.watch import Watcher
from webapp.pages.compare.blueprint import compare_blueprint
from webapp.pages.compression import compress
from webapp.pages.demo.blueprint import topic_blueprint
from webapp.pages.demo.prose import Library
from webapp.pages.guard import guard
from webapp.pages.languages import LanguageConverter
from webapp.pages.rate import Counts, limit_runs
from webapp.pages.repeat.blueprint import repetitions_blueprint
from webapp.pages.repeat.repetitions import Notices, Repetitions
from webapp.pages.room import FOR_PAGES, Room
from webapp.pages.run.blueprint import runs_blueprint
from webapp.pages.run.lanes import lanes_blueprint
from webapp.pages.search.blueprint import searches_blueprint
from webapp.pages.site.about import about_blueprint
from webapp.pages.site.assets import Assets, assets_blueprint
from webapp.pages.site.crawlers import crawlers_blueprint
from webapp.pages.site.errors import handle_errors
from webapp.pages.site.home import home_blueprint
from webapp.pages.site.record import record_blueprint
from webapp.pages.site.site import Site
from webapp.pages.site.styleguide import styleguide_blueprint
from webapp.pages.texts.wording import load_wordings
from webapp.settings import Settings, engine_limits
from webapp.store.pruning import Bounds
from webapp.store.store import Store
from webapp.terminal.commands import add_commands

LARGEST_REQUEST = 64 * 1024  # bytes; every form is far smaller


def create_app(
    runner: Runner | None = None,
    topics: Sequence[Topic] | None = None,
    store: Store | None = None,
    settings: Settings | None = None,
    **flask: Any,
) -> Flask:
    """Return the site as a Flask application.

    What is not given is made from `settings`, and these are read from the environment. `flask` is
    Flask's own configuration. Raises SettingsError, BrokenTopic and StoreError.
    """
    settings = settings or read_settings()
    app = Flask(__name__, static_folder=None, template_folder=TEMPLATES)
    app.url_map.converters["language"] = LanguageConverter
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_REQUEST, **flask)
    name_requests(app, trusted=settings.proxies > 0)
    found = tuple(topics or find_topics())
    # The store comes first: if it cannot be opened, the runner has not started its processes yet.
    store = store or _own_store(app, settings)
    shared = Shared()
    if runner is None:
        runner, shared = _own_runner(settings)
    app.extensions[RUNNER] = runner
    room = _room(app, settings)
    if token := settings.metrics_token.get_secret_value():
        measure(app, runner, token, open_answers=lambda: room.open, most_open=settings.streams)
    site = _site(app, settings, room, topics=found, store=store, runner=runner, shared=shared)
    compress(app)
    guard(app, hosts=settings.hosts, probes=(LIVE, READY))
    handle_errors(app, site, answer_program)
    for blueprint in _blueprints(site, settings):
        app.register_blueprint(blueprint)
    if app.debug:
        app.register_blueprint(styleguide_blueprint(site))
    add_commands(app, site)
    app.cli.add_command(settings_command(settings))
    # Last, so that it wraps all other middleware, which then sees the visitor's address.
    _trust_proxies(app, settings.proxies)
    return app


def _blueprints(site: Site, settings: Settings) -> Iterator[Blueprint]:
    """Yield the blueprints of all routes."""
    yield health_blueprint(site.runner, site.store)
    yield assets_blueprint(site.assets)
    yield home_blueprint(site)
    yield runs_blueprint(site)
    yield repetitions_blueprint(site)
    yield searches_blueprint(site)
    yield lanes_blueprint(site)
    yield compare_blueprint(site)
    yield record_blueprint(site, settings.repository)
    yield about_blueprint(site)
    yield crawlers_blueprint(site)
    watcher = Watcher(site.store)
    yield teacher_blueprint(site, watcher)
    yield student_blueprint(site, watcher)
    for topic in site.topics:
        yield topic_blueprint(site, topic)
    yield from api_blueprints(site)


@dataclass(frozen=True)
class Shared:
    """What several servers share besides the runner."""

    notices: Notices | None = None
    counts: Counts | None = None


def _room(app: Flask, settings: Settings) -> Room:
    free = max(settings.threads - FOR_PAGES, settings.threads // 2)
    return Room(app, streams=settings.streams, threads=free)


def _site(
    app: Flask,
    settings: Settings,
    room: Room,
    *,
    topics: tuple[Topic, ...],
    store: Store,
    runner: Runner,
    shared: Shared,
) -> Site:
    # A template sees its view alone; each render and each include would copy the globals.
    app.jinja_env.globals.clear()
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension(Unindented)
    wordings = load_wordings()
    library = Library(topics, wordings)
    return Site(
        topics,
        wordings,
        library,
        Assets(),
        runner,
        Repetitions(shared.notices),
        store,
        app.jinja_env,
        limit_runs(
            app,
            room,
            per_address=settings.rate_limit,
            per_page=settings.rate_limit_page,
            counts=shared.counts,
        ),
        room,
    )


class Unindented(Extension):
    """Strips the indentation of templates, which is a tenth of a page's size."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the template's source without leading blanks."""
        return re.sub(r"^[ \t]+", "", source, flags=re.MULTILINE)


def _own_store(app: Flask, settings: Settings) -> Store:
    file = Path(app.instance_path) / "movazi.sqlite"
    url = settings.database_url.get_secret_value() or f"sqlite:///{file}"
    store = Store(url, Bounds(timedelta(days=settings.keep_days), settings.keep_mb * MB))
    atexit.register(store.close)
    return store


def _own_runner(settings: Settings) -> tuple[Runner, Shared]:
    limits = engine_limits(settings)
    if settings.runner == "embedded":
        embedded = EmbeddedRunner(limits, bare(settings.run_user))
        atexit.register(embedded.close)
        return embedded, Shared()
    # Imported only here: a site on one machine needs neither Celery nor Redis.
    try:
        from webapp.cluster.connection import client_options  # noqa: PLC0415
        from webapp.cluster.runner import ClusterRunner  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"MOVAZI_RUNNER=celery needs packages that are not installed ({error.name}): "
            "pip install --require-hashes -r requirements-cluster.lock."
        ) from error

    redis_url = settings.redis_url.get_secret_value()
    cluster = ClusterRunner(redis_url, TOPICS, limits)
    atexit.register(cluster.close)
    return cluster, Shared(cluster, Counts(redis_url, client_options()))


def _trust_proxies(app: Flask, count: int) -> None:
    if count:
        proxied = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)
        app.wsgi_app = proxied  # type: ignore[method-assign]
