"""The page about recording your own program on your own machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Response
from markupsafe import Markup

from webapp.engine.recording import Recording
from webapp.lessons.text import Language
from webapp.pages import addresses
from webapp.pages.demo.source import highlighted
from webapp.pages.run.live import TranscriptLines
from webapp.pages.site.layout import Page, build_page
from webapp.pages.site.site import Site
from webapp.pages.texts.receipt import Row
from webapp.pages.texts.transcript import Screen
from webapp.pages.texts.wording import Wording
from webapp.store.files import read_recording
from webapp.timeline.figure import Setting, draw_figure
from webapp.timeline.reading import draw

PACKAGE = "movazi"

SAMPLE = Path(__file__).with_name("three.recording")
"""A real run of the example. `tools/lanes.py` makes it again."""

COMMANDS: Mapping[str, str] = {
    "install": "pip install {package}\nmovazi record my_program.py --open",
    "container": 'docker run --rm -it -v "$PWD":/work -w /work docker.io/library/python:3 \\\n'
    '    sh -c "pip install {package} && movazi record my_program.py"',
    "block": """import movazi

with movazi.record("run.html"):
    work()""",
    "cell": """%load_ext movazi

%%movazi
work()""",
    "test": """@pytest.mark.movazi(timeout=5)
def test_transfer():
    ...

$ pytest --movazi""",
    "example": """import threading
import time

lock = threading.Lock()

def work(number):
    with lock:
        print(number, "has the lock")
        time.sleep(0.5)

for number in range(3):
    threading.Thread(target=work, args=(number,)).start()""",
    "output": """$ movazi record three.py
0 has the lock
1 has the lock
2 has the lock
Recorded 28 events into run.html: open it in a browser.""",
}
"""The code on the page."""

PROGRAMS = ("example", "block", "test")
"""The commands that are Python."""

OPTIONS: Mapping[str, str] = {
    "-m MODULE": "module",
    "-c CODE": "code",
    "-o FILE": "output",
    "--open": "open",
    "--timeout SECONDS": "timeout",
    "--threads-only": "threads",
    "--quiet": "quiet",
    "--language LANGUAGE": "language",
}
PARTS = ("example", "get", "use", "inside", "elsewhere", "ends", "sees", "unseen", "privacy")
"""The parts of the page, by their anchors, which are the keys of their titles too."""

SEES = ("workers", "waits", "queues", "tasks", "rest")

UNSEEN: Mapping[str, str] = {
    "programs": "subprocess, os.system()",
    "forks": "os.forkpty()",
    "raw_locks": "_thread.allocate_lock()",
    "interpreters": "concurrent.interpreters",
    "network": "socket, urllib",
    "keyboard": "input()",
    "file_locks": "fcntl, mmap",
    "shared_memory": "multiprocessing.shared_memory",
    "signals": "signal",
    "foreign": "NumPy, ctypes",
    "other_files": "import helper",
}
"""What the recorder does not see, by the text's key, and the usual cause in a program."""


@dataclass(frozen=True)
class Sample:
    """A recorded program as its page shows it: its source, its transcript, its lanes."""

    name: str
    source: Sequence[Markup]
    lines: Markup
    lanes: Markup


@dataclass(frozen=True)
class RecordView:
    """The page. `codespaces` is the button's address, or "" if no repository is set.

    `commands` are lines of HTML by their names, `entries` the page's parts by their anchors.
    """

    page: Page
    entries: tuple[tuple[str, str], ...]
    sample: Sample
    codespaces: str
    commands: Mapping[str, Markup]
    options: tuple[Row, ...]
    sees: tuple[str, ...]
    unseen: tuple[str, ...]


def record_blueprint(site: Site, repository: str = "") -> Blueprint:
    """Return the route of the page. `repository` is the project's OWNER/NAME on GitHub, or ""."""
    blueprint = Blueprint("record", __name__)

    @blueprint.get("/<language:language>/record")
    def show(language: Language) -> Response:
        """Show how to record your own program."""
        return Response(site.render("site/record.html", build_record(site, language, repository)))

    return blueprint


def build_record(site: Site, language: Language, repository: str) -> RecordView:
    """Return the view of the page."""
    say = site.wordings[language]
    # pip can install from a repository; without one it looks for the released package.
    package = f"git+https://github.com/{repository}" if repository else PACKAGE
    installing = {name: COMMANDS[name].format(package=package) for name in ("install", "container")}
    commands = {**COMMANDS, **installing}
    languages = {"output": "text", "cell": "text", **dict.fromkeys(PROGRAMS, "python")}
    return RecordView(
        page=build_page(
            site,
            language,
            title=say("record.title"),
            description=say("record.description"),
            address=addresses.record,
        ),
        entries=tuple((part, say(f"record.{part}")) for part in PARTS),
        sample=build_sample(site, language),
        codespaces=f"https://codespaces.new/{repository}" if repository else "",
        commands={
            name: Markup("\n").join(highlighted(text, languages.get(name, "sh")))
            for name, text in commands.items()
        },
        options=tuple(_option(say, option, key) for option, key in OPTIONS.items()),
        sees=tuple(say(f"record.sees_{name}") for name in SEES),
        unseen=(
            *(say(f"unseen.{reason}", names=names) for reason, names in UNSEEN.items()),
            say("unseen.always"),
            say("unseen.cost"),
        ),
    )


def build_sample(site: Site, language: Language) -> Sample:
    """Return the example with its recording."""
    say, recording = site.wordings[language], read_sample()
    screen = Screen()
    shown = screen.feed(recording.events) + screen.rest()
    lines = TranscriptLines(say, shown, screen.hidden, screen.last())
    return Sample(
        name="three.py",
        source=highlighted(COMMANDS["example"]),
        lines=lines.html,
        lanes=Markup(draw_figure(draw(recording), say, Setting())),
    )


@cache
def read_sample() -> Recording:
    """Read the recording of the example."""
    return read_recording(SAMPLE)


def _option(say: Wording, option: str, key: str) -> Row:
    return Row(option, say(f"record.option_{key}"))
