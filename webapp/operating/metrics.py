"""Metrics for Prometheus at `/metrics`, protected by a token."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Iterator

from flask import Blueprint, Flask, Response, abort, g, request
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from webapp.engine.runner import Runner, Unreachable

ADDRESS = "/metrics"


class EngineMetrics(Collector):
    """Metrics of the engine, read at each scrape."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def collect(self) -> Iterator[Metric]:
        """Yield the current load, and the outcomes of all runs since the start."""
        try:
            load = self._runner.load()
        except Unreachable:
            return  # the server's other metrics are still shown
        yield GaugeMetricFamily("movazi_runs_running", "Runs that go on now", load.running)
        yield GaugeMetricFamily("movazi_runs_waiting", "Runs in line", load.waiting)
        yield GaugeMetricFamily("movazi_runs_capacity", "Runs that may go on", load.capacity)
        ended = CounterMetricFamily(
            "movazi_runs_ended", "Runs that are over, by outcome.", labels=["outcome"]
        )
        for outcome, count in load.ended.items():
            ended.add_metric([outcome], count)
        yield ended


def measure(
    app: Flask, runner: Runner, token: str, *, open_answers: Callable[[], int], most_open: int
) -> None:
    """Measure each request, and add the route of the metrics.

    `open_answers` returns how many answers go on; beyond `most_open` no stream may begin.
    """
    registry = CollectorRegistry()
    for collector in (GCCollector, PlatformCollector, ProcessCollector):
        collector(registry=registry)
    registry.register(EngineMetrics(runner))
    _gauge_answers(registry, open_answers, most_open)
    labels = ("endpoint", "method", "status")
    answered = Counter("movazi_requests", "Requests answered.", labels, registry=registry)
    took = Histogram(
        "movazi_request_seconds",
        "Time until an answer begins; of a stream, not until it ends.",
        ("endpoint",),
        registry=registry,
    )

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def note(response: Response) -> Response:
        # Labelled by route, since there are as many addresses as runs.
        endpoint = request.endpoint or "none"
        method = request.method if request.endpoint else "any"
        answered.labels(endpoint, method, response.status_code).inc()
        if "began" in g:
            took.labels(endpoint).observe(time.perf_counter() - g.began)
        return response

    app.register_blueprint(_blueprint(registry, token))


def _gauge_answers(
    registry: CollectorRegistry, open_answers: Callable[[], int], most_open: int
) -> None:
    now = Gauge("movazi_answers_open", "Answers that go on now, streams too.", registry=registry)
    now.set_function(open_answers)
    most = Gauge("movazi_answers_capacity", "Answers that may go on.", registry=registry)
    most.set(most_open)


def _blueprint(registry: CollectorRegistry, token: str) -> Blueprint:
    blueprint = Blueprint("metrics", __name__)
    wanted = f"Bearer {token}".encode()

    @blueprint.get(ADDRESS)
    def show() -> Response:
        """Return all metrics. Without the token the answer is 404."""
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, wanted):
            abort(404)
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return blueprint
