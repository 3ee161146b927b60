"""Render every page, API answer and recorded page into a folder, the same bytes each time.

    PYTHONHASHSEED=0 python -m tools.render RECORDINGS FOLDER
    diff -r BEFORE AFTER

A refactoring must change nothing that a visitor sees: render before and after it, and compare.
RECORDINGS is a folder with one real run of each demo; missing runs are carried out first. Runs are
played back, ids are numbered and the clock is fixed, so that nothing else varies.
"""

from __future__ import annotations

import os
import re
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from werkzeug.test import TestResponse

from tools.playback import BEGAN, FixedClockStore, Playback, recorded
from webapp.app import create_app
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.recording import Recording
from webapp.lessons.folders import find_topics
from webapp.lessons.text import LANGUAGES
from webapp.lessons.topic import Demo, Topic
from webapp.pages.texts.wording import load_wordings
from webapp.recording.page import draw_page
from webapp.recording.ran import Ran
from webapp.settings import Settings
from webapp.store.runs import StoredRun
from webapp.store.store import Store

UNKNOWN = "-" * 16
STREAM = {"HX-Request": "true", "Accept": "text/html, text/event-stream"}
BAD = {"": ["x"], "extra": ["1"]}
VARYING = ("Date", "Retry-After")
"""Headers that depend on the time."""


def main() -> int:
    """Render everything; return the exit code."""
    if os.environ.get("PYTHONHASHSEED") != "0" or not sys.argv[2:]:
        print(__doc__, file=sys.stderr)
        return 2
    recordings, folder = Path(sys.argv[1]), Path(sys.argv[2])
    topics = find_topics()
    with closing(EmbeddedRunner()) as engine:
        records = {
            demo.path: recorded(recordings / f"{topic.slug}.{demo.slug}.recording", engine, demo)
            for topic, demo in each(topics)
        }
    time.monotonic = lambda: 0.0
    secrets.token_urlsafe = lambda nbytes=None: "token"
    writer, runner = Writer(folder), Playback(records)
    often = Settings(rate_limit=1_000_000, rate_limit_page=1_000_000)
    with (
        tempfile.TemporaryDirectory() as place,
        closing(FixedClockStore(f"sqlite:///{place}/runs.sqlite")) as store,
    ):
        app = create_app(runner, topics, store, often)
        Rendering(app, topics, runner, store, writer).render()
    render_recorded(topics, records, writer)
    print(f"{writer.written} files in {folder}")
    return 0


def each(topics: Sequence[Topic]) -> Iterator[tuple[Topic, Demo]]:
    """Yield every demo with its topic."""
    return ((topic, demo) for topic in topics for demo in topic.demos)


class Writer:
    """Writes answers to files that are named by their requests."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self.written = 0

    def write(self, name: str, content: bytes) -> None:
        """Write one file. Raises FileExistsError if it exists."""
        safe = re.sub(r"[^\w.&=+-]+", "_", name).strip("_")
        with (self._folder / f"{self.written:05} {safe[:180]}").open("xb") as file:
            file.write(content)
        self.written += 1


@dataclass(frozen=True)
class Rendering:
    """Requests everything from the site."""

    app: Flask
    topics: Sequence[Topic]
    runner: Playback
    store: Store
    writer: Writer

    def render(self) -> None:
        """Render the demos before and after their first runs, then all other addresses."""
        for topic, demo in each(self.topics):
            for language in LANGUAGES:
                self.demo(topic, demo, f"/{language}/{topic.chapter}/{topic.slug}/{demo.slug}")
        for topic, demo in each(self.topics):
            for pair in demo.beside:
                self.compare(topic.name_of(demo), pair.other)
        runs = self.keep_one_of_each()
        for rule in sorted(self.app.url_map.iter_rules(), key=str):
            if "GET" in (rule.methods or ()):
                for arguments in self.arguments(sorted(rule.arguments), rule.endpoint, runs):
                    with self.app.test_request_context():
                        self.ask("GET", self.app.url_for(rule.endpoint, **arguments))
        self.programs(runs)
        self.mistakes(runs)
        for command in ("demos", "settings", "routes"):
            result = self.app.test_cli_runner().invoke(args=[command])
            self.writer.write(f"flask {command}", result.output.encode())

    def demo(self, topic: Topic, demo: Demo, page: str) -> None:
        """Render a demo's page before and after its runs, and the answers to its form."""
        own = {p.name: p.write(p.default) for p in demo.parameters}
        self.ask("GET", f"{page}?{urlencode({**own, 'run-transcript-only': '1'})}")
        for form in (BAD, dict.fromkeys(own, "x"), dict.fromkeys(own, "-1"), {}):
            if form or own:
                self.ask("GET", f"{page}?{urlencode(form, doseq=True)}")
                self.ask("POST", page, form)
                self.ask("POST", page, form, STREAM)
        self.ask("GET", f"{page}.py?{urlencode(own)}")
        self.ask("GET", page)
        for address in (page, f"{page}/repeat"):
            self.ask("POST", address, own)
            self.ask("POST", address, own, STREAM)
        self.ask("POST", page, {**own, "run-transcript-only": "1"}, STREAM)
        self.ask("GET", page)

    def compare(self, first: str, second: str) -> None:
        """Render the comparison of two demos: its form, and both runs."""
        for language in LANGUAGES:
            sent = self.ask("GET", f"/{language}/compare/{first}/{second}")
            page = sent.headers["Location"]
            self.ask("GET", page)
            path, _, query = page.partition("?")
            for headers in ({}, STREAM):
                self.ask("POST", path, query, headers)
                self.ask("POST", path, f"{query}&a.extra=1", headers)

    def keep_one_of_each(self) -> dict[str, str]:
        """Store a run of each demo; return their ids by "topic/demo"."""
        kept = {}
        for number, (topic, demo) in enumerate(each(self.topics)):
            id = f"kept{number:012}"
            values = {n: list(v) if isinstance(v, tuple) else v for n, v in demo.defaults.items()}
            played = self.runner.start(demo.program(demo.defaults))
            recording = self.runner.recording(played)
            recording = replace(recording, receipt=replace(recording.receipt, run=id))
            self.store.save(
                StoredRun(id, topic.slug, demo.slug, values, False, demo.source, recording, BEGAN)
            )
            kept[topic.name_of(demo)] = id
        return kept

    def arguments(
        self, names: Sequence[str], endpoint: str, runs: Mapping[str, str]
    ) -> Iterator[dict[str, Any]]:
        """Return all arguments that an address can have."""
        languages: Sequence[dict[str, Any]] = [{}]
        if "language" in names:
            languages = [{"language": language} for language in LANGUAGES]
        rest: Sequence[dict[str, Any]] = [{}]
        demos = [d for t, d in each(self.topics) if t.slug == endpoint.partition(".")[0]]
        match [name for name in names if name != "language"]:
            case ["slug"]:
                rest = [*({"slug": demo.slug} for demo in demos), {"slug": "nowhere"}]
            case ["name", "slug"]:
                rest = [{"slug": demo.slug, "name": name} for demo in demos for name in demo.fuller]
            case ["id" | "first" as name]:
                rest = [{name: id} for id in (*runs.values(), UNKNOWN, "malformed")]
            case ["first", "second"]:
                ids = [*runs.values(), UNKNOWN]
                pairs = pairwise(ids)
                rest = [{"first": first, "second": second} for first, second in pairs]
            case ["demo", "topic"]:
                rest = [{"topic": t.slug, "demo": d.slug} for t, d in each(self.topics)]
            case ["demo", "other", "other_topic", "topic"] | ["name", "version"]:
                rest = []  # `compare` requests the pairs; static files are not rendered
            case ["key"] | ["code"] | ["code", "seat"]:
                rest = []  # the addresses of a class are secret
            case []:
                pass
            case unknown:
                raise RuntimeError(f"{endpoint} has unknown arguments {unknown}")
        return ({**language, **other} for language in languages for other in rest)

    def programs(self, runs: Mapping[str, str]) -> None:
        """Render what programs request: the JSON API and the report's routes."""
        for name in runs:
            started = self.ask("POST", "/api/runs", {"demo": name}, json=True)
            self.ask("POST", "/api/runs", {"demo": name, "parameters": {"extra": 1}}, json=True)
            if started.is_json and isinstance(started.json, dict) and "id" in started.json:
                self.ask("GET", f"/api/runs/{started.json['id']}")
        for rule in sorted(self.app.url_map.iter_rules(), key=str):
            if rule.endpoint.startswith("report."):
                for query in ("thread_count=2&unit_seconds=0.01", "thread_count=x", "extra=1"):
                    self.ask("GET", f"{rule.rule}?{query}")

    def mistakes(self, runs: Mapping[str, str]) -> None:
        """Render the answers to bad requests, and to requests for what does not exist."""
        id = next(iter(runs.values()))
        for headers in ({}, {"Accept-Language": "fa"}, {"Accept": "application/json"}):
            for path in ("/nowhere", "/de/", "/en/threads", f"/runs/{UNKNOWN}", "/api/nowhere"):
                self.ask("GET", path, headers=headers)
            self.ask("PUT", "/en/", headers=headers)
            self.ask("POST", f"/runs/{UNKNOWN}/cancel", headers=headers)
            self.ask("POST", "/api/runs", {"demo": "nowhere"}, headers, json=True)
        for query in ("from=0&to=0.01", "from=x&to=1", "from=9&to=1"):
            for language in LANGUAGES:
                self.ask("GET", f"/{language}/runs/{id}?{query}")
                self.ask("GET", f"/{language}/compare?demo=lock/lost-update&{query}")

    def ask(
        self,
        method: str,
        address: str,
        form: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        json: bool = False,
    ) -> TestResponse:
        """Send a request; write the whole answer, and return it."""
        sent: dict[str, Any] = {}
        if json:
            sent = {"json": form}
        elif isinstance(form, str):
            sent = {"data": form, "content_type": "application/x-www-form-urlencoded"}
        elif form is not None:
            sent = {"data": form}
        answer = self.app.test_client().open(
            address, method=method, headers=dict(headers or {}), **sent
        )
        headers_ = sorted(f"{k}: {v}" for k, v in answer.headers if k not in VARYING)
        head = "\n".join([answer.status, *headers_])
        self.writer.write(f"{method} {address}", f"{head}\n\n".encode() + answer.data)
        return answer


def render_recorded(
    topics: Sequence[Topic], records: Mapping[Path, Recording], writer: Writer
) -> None:
    """Render the page that `record` makes of each demo."""
    for language, say in load_wordings().items():
        for topic, demo in each(topics):
            ran = Ran(demo.path, (), demo.source, records[demo.path])
            writer.write(f"record {language} {topic.name_of(demo)}", draw_page(say, ran).encode())


if __name__ == "__main__":
    sys.exit(main())
