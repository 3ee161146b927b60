"""Comparisons on the small site, and what their pages have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html import unescape
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient

from tests.web.scripted import NamedRunner
from webapp.engine.program import Program
from webapp.engine.recording import Outcome, Recording
from webapp.engine.runner import Busy

COMPARE = "/en/compare"
BOTH = {
    "a": "greeting/say-hello",
    "a-times": "3",
    "a-pause": "0.5",
    "a-tone": "warm",
    "b": "greeting/say-hello",
    "b-times": "3",
    "b-pause": "0.5",
    "b-tone": "cold",
}
OTHERS = {
    **{name: value for name, value in BOTH.items() if name.startswith("a")},
    "b": "greeting/say-nothing",
}
PRINTED = 'class="text">hello</span>'
IDS = ("------------run1", "------------run2")


@dataclass
class TwoRunner(NamedRunner):
    """The nth run takes `walls[n]` seconds and has the outcome `outcomes[n]`, counted from 0."""

    walls: list[float] = field(default_factory=lambda: [3.0, 1.0])
    outcomes: list[Outcome] = field(default_factory=lambda: [Outcome.FINISHED, Outcome.FINISHED])
    refusals: int = 0  # how often the second run is refused

    def start(self, program: Program, **options: Any) -> str:
        if self.programs and self.refusals:
            self.refusals -= 1
            raise Busy
        return super().start(program, **options)

    def recording(self, run: str) -> Recording:
        recording = super().recording(run)
        at = (int(run.removeprefix(IDS[0][:-1])) - 1) % 2
        return replace(recording, wall=self.walls[at], outcome=self.outcomes[at])


def run(client: FlaskClient, data: Mapping[str, str] = MappingProxyType(BOTH)) -> str:
    """Run both demos to the end; return the page."""
    return client.post(COMPARE, data=dict(data)).text


def fields(page: str) -> dict[str, str]:
    """Return the number and text fields of a page's form."""
    inputs = re.findall(r"<input\s+type=\"(?:number|text)\".*?>", page, re.S)
    return {attribute(tag, "name"): attribute(tag, "value") for tag in inputs if "name=" in tag}


def attribute(tag: str, name: str) -> str:
    found = re.search(rf'{name}="([^"]*)"', tag)
    assert found, (name, tag)
    return unescape(found[1])


def query(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


def plain(html: str) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", html).split()))
