"""Run the command as a student does, and read the page that it writes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any

from webapp.engine.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "webapp.engine", "record"]
PROGRAMS = Path(__file__).parent / "programs"


def record(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    command = [*COMMAND, *map(str, arguments)]
    settings = {"cwd": ROOT, "text": True, "capture_output": True, **options}
    return subprocess.run(command, check=False, **settings)


def refused(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Call the command in this process, with arguments that it refuses."""
    command = [*map(str, arguments)]
    with redirect_stdout(StringIO()) as output, redirect_stderr(StringIO()) as errors:
        try:
            code = main(command)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    return subprocess.CompletedProcess(command, code, output.getvalue(), errors.getvalue())


@dataclass(frozen=True)
class Written:
    """A page that the command wrote."""

    html: str

    @property
    def transcript(self) -> list[str]:
        """The lines of the transcript without their workers and times."""
        lines = re.findall(r'<li class="line .*?<span class="text">(.*?)</span></li>', self.html)
        return [unescape(re.sub("<span.*?</span>", "", line)) for line in lines]

    @property
    def source(self) -> str:
        """The program's source on the page."""
        listing = self.html.split('id="listing"')[1].split("</pre>")[0].split(">", 1)[1]
        listing = re.sub(r'<a href="#L\d+" tabindex="-1">\d+</a>', "", listing)
        return unescape(re.sub("<[^>]+>", "", listing))

    @property
    def outcome(self) -> str:
        """How the program ended: the class of the result."""
        outcomes: list[str] = re.findall(r'class="result outcome-(\w+)"', self.html)
        [outcome] = outcomes
        return outcome

    @property
    def steps(self) -> dict[str, Any]:
        """The data of the walk through the run."""
        [data] = re.findall(
            r'<script type="application/json">(.*?)</script>', self.html, flags=re.DOTALL
        )
        steps: dict[str, Any] = json.loads(data)
        return steps

    @property
    def left(self) -> list[str]:
        """Who was left waiting, in the sentences that say so."""
        lists = re.findall(r'<ul class="standing">(.*?)</ul>', self.html)
        return [unescape(item) for item in re.findall("<li>(.*?)</li>", "".join(lists))]

    @property
    def graph(self) -> list[str]:
        """The texts of a deadlock's graph: its edges, then its nodes."""
        svg = "".join(re.findall(r'<svg class="cycle".*?</svg>', self.html))
        return [unescape(text) for text in re.findall("<text.*?>(.*?)</text>", svg)]

    @property
    def lanes(self) -> list[str]:
        """The names of the lanes."""
        names = self.html.split('class="lane-names"')[1].split("</ol>")[0]
        return [unescape(name) for name in re.findall(r"<span>(.*?)</span>", names)]


def read(path: Path) -> Written:
    """Read a page."""
    return Written(path.read_text(encoding="utf-8"))


class Loaded(HTMLParser):
    """Notes everything that a page would load from elsewhere or send there."""

    LOADING = ("src", "href", "action", "data", "srcset", "poster", "xlink:href")

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [
            value or ""
            for name, value in attrs
            if name in self.LOADING and not (value or "").startswith(("#", "data:"))
        ]
