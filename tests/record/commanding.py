"""The command as a student calls it, and what stands in the page that it wrote."""

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
    """Carry out the command in this process, where it runs no program."""
    command = [*map(str, arguments)]
    with redirect_stdout(StringIO()) as output, redirect_stderr(StringIO()) as errors:
        try:
            code = main(command)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    return subprocess.CompletedProcess(command, code, output.getvalue(), errors.getvalue())


@dataclass(frozen=True)
class Written:
    """A page that was written."""

    html: str

    @property
    def transcript(self) -> list[str]:
        """Its lines, without who and when."""
        lines = re.findall(r'<li class="line .*?<span class="text">(.*?)</span></li>', self.html)
        return [unescape(re.sub("<span.*?</span>", "", line)) for line in lines]

    @property
    def source(self) -> str:
        """The program as it is shown."""
        listing = self.html.split('id="listing"')[1].split("</pre>")[0].split(">", 1)[1]
        listing = re.sub(r'<a href="#L\d+" tabindex="-1">\d+</a>', "", listing)
        return unescape(re.sub("<[^>]+>", "", listing))

    @property
    def outcome(self) -> str:
        """How it says that the program ended: the class of its result."""
        outcomes: list[str] = re.findall(r'class="result outcome-(\w+)"', self.html)
        [outcome] = outcomes
        return outcome

    @property
    def steps(self) -> dict[str, Any]:
        """What a walk through it shows."""
        [data] = re.findall(
            r'<script type="application/json">(.*?)</script>', self.html, flags=re.DOTALL
        )
        steps: dict[str, Any] = json.loads(data)
        return steps

    @property
    def lanes(self) -> list[str]:
        """The names of the lanes."""
        names = self.html.split('class="lane-names"')[1].split("</ol>")[0]
        return [unescape(name) for name in re.findall(r"<span>(.*?)</span>", names)]


def read(path: Path) -> Written:
    """Read a page."""
    return Written(path.read_text(encoding="utf-8"))


class Loaded(HTMLParser):
    """Notes all that a page would load from elsewhere, or send there."""

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
