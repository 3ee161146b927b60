"""The content of a recorded program's page."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
from html import unescape
from pathlib import Path

import pytest

from tests.record.commanding import PROGRAMS, ROOT, Loaded, Written, read, record
from tests.record.conftest import Write
from tests.web.test_pages import Nesting
from webapp.lessons.text import LANGUAGES
from webapp.pages.site.record import COMMANDS
from webapp.pages.texts.transcript import LAST_LINES_SHOWN, LINES_SHOWN
from webapp.pages.texts.wording import load_wordings

EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)

HOSTILE = """
    from threading import Thread

    text = "</script><script>alert(1)</script><img src=http://evil.example/x.png> <!-- &lt; ]]>"


    def work(text: str) -> None:
        print(text)
        print("\\x00\\x1b[31m\\x7f\\ud800".encode("utf-8", "replace").decode())


    thread = Thread(target=work, args=(text,), name="<b>bold</b>")
    thread.start()
    thread.join()
"""


def recorded(program: Path, page: Path, *arguments: str) -> Written:
    """Record a program; return its page."""
    record(program, *arguments, "-o", page)
    return read(page)


class Recorded:
    """Pages that several tests read: each program is recorded once in each language."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pages: dict[tuple[str, str], Written] = {}

    def program(self, source: str) -> Path:
        """Write the program to a file; return its path."""
        path = self._folder / f"{hash(source)}.py"
        path.write_text(textwrap.dedent(source).lstrip(), encoding="utf-8")
        return path

    def page(self, source: str, language: str = "en") -> Written:
        """Return the program's page."""
        if (source, language) not in self._pages:
            self._pages[source, language] = recorded(
                self.program(source), self._folder / "run.html", "--language", language
            )
        return self._pages[source, language]


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    return Recorded(tmp_path_factory.mktemp("once"))


def test_it_says_what_ran_when_and_on_what(write: Write, page: Path) -> None:
    html = recorded(write("print('hello')"), page, "5", "a b").html
    assert "<title>my_program.py, recorded · Movazi</title>" in html
    assert "<h1><bdi>my_program.py</bdi></h1>" in html
    assert "python my_program.py 5 &#x27;a b&#x27;" in html
    python = f"CPython {sys.version.split()[0]}"
    assert re.search(rf"Recorded on \d+ \w+ \d{{4}}, [\d:]+ UTC on Linux .*\({python}, cores", html)
    assert "The program ran to its end in" in html
    assert str(page.parent) not in html


def test_its_source_is_the_programs_line_by_line(once: Recorded) -> None:
    assert once.page(HOSTILE).source == once.program(HOSTILE).read_text(encoding="utf-8")


def test_every_line_of_the_transcript_leads_to_its_line_of_the_source(
    write: Write, page: Path
) -> None:
    written = recorded(write("import os\nprint('one')\nos.write(2, b'two\\n')"), page)
    lines = re.findall(r'<li class="line .*?</li>', written.html)
    [one] = [line for line in lines if "one" in line]
    [two] = [line for line in lines if "two" in line]
    assert 'data-source="L2"' in one and 'href="#L2"' in one
    assert "data-source" not in two and " error" in two
    assert 'id="L2"' in written.html


def test_nothing_that_a_program_does_is_markup(once: Recorded) -> None:
    written = once.page(HOSTILE)
    assert "<script>alert" not in written.html
    assert "<b>bold" not in written.html
    assert "</script><script>alert(1)</script>" in written.transcript[0]
    assert written.lanes == ["MainThread", "<b>bold</b>"]
    assert any("alert(1)" in sentence for sentence in written.steps["sentences"])


@EVERY_LANGUAGE
def test_it_is_well_formed_and_loads_nothing(once: Recorded, language: str) -> None:
    html = once.page(HOSTILE, language).html
    nesting, loaded = Nesting(), Loaded()
    for parser in (nesting, loaded):
        parser.feed(html)
    assert nesting.wrong == nesting.open == []
    assert len(nesting.ids) == len({*nesting.ids})
    assert loaded.addresses == []
    assert not re.findall(r"@import|url\((?!\"data:)", html)
    assert not re.search(r'^import |^export |from "\./', html, flags=re.MULTILINE)
    assert "default-src 'none'" in html


@EVERY_LANGUAGE
def test_it_speaks_its_language(once: Recorded, language: str) -> None:
    say = load_wordings()["fa" if language == "fa" else "en"]
    html = once.page(HOSTILE, language).html
    assert f'<html lang="{language}" dir="{say.direction}" ' in html
    assert say("own.eyebrow") in html
    assert say("lanes.title") in html
    # Its language's font is in it, and no other.
    assert html.count("data:font/woff2") == 1
    assert ("font-family: vazirmatn;" in html) == (language == "fa")


def test_it_works_without_javascript(once: Recorded) -> None:
    """Everything is in the page itself; scripts only animate it."""
    html = once.page(HOSTILE).html
    still = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    for needed in ('<svg class="picture"', '<details class="lanes-table"', 'class="line hue-'):
        assert needed in still


def test_a_program_that_prints_nothing_gets_no_panel_of_nothing(write: Write, page: Path) -> None:
    silent = recorded(write(""), page).html
    assert "The program printed nothing." in silent
    assert 'class="run-panel silent"' in silent
    assert 'class="run-panel silent"' not in recorded(write("print(1)"), page).html


def head_of(written: Written) -> str:
    """The text of a page's head, without markup."""
    head = written.html.split('class="record-head"')[1].split("</header>")[0]
    return unescape(re.sub("<[^>]+>", " ", head))


def test_its_head_says_how_a_deadlock_came_and_so_does_the_command(
    write: Write, page: Path
) -> None:
    program = write("""
        import threading

        a, b = threading.Lock(), threading.Lock()
        both = threading.Barrier(2)

        def take(first, second):
            with first:
                both.wait()
                with second:
                    pass

        threading.Thread(target=take, args=(a, b), name="one").start()
        threading.Thread(target=take, args=(b, a), name="two").start()
    """)
    run = record(program, "-o", page)
    waits = ["one waits for b (line 9): two holds it.", "two waits for a (line 9): one holds it."]
    head = head_of(read(page))
    for said in ("Deadlocked.", *waits, "MainThread"):
        assert said in head
    assert "who waits for whom" in head.lower()
    assert read(page).left == waits  # and no list of them a second time
    assert run.stderr.splitlines()[-2] == " ".join(["Deadlocked.", *waits])


def test_its_head_names_who_raised_what_and_where(write: Write, page: Path) -> None:
    program = write("""
        import threading

        def work():
            raise ValueError("no such cell")

        threading.Thread(target=work, name="worker").start()
        raise SystemExit(3)
    """)
    head = head_of(recorded(program, page))
    assert "worker was ended by ValueError (line 4): no such cell." in head
    assert "Failed." in head and "exit code 3" in head


def test_many_lanes_that_are_alike_are_folded_and_opened_on_request(
    write: Write, page: Path
) -> None:
    program = write("""
        import threading
        threads = [threading.Thread(target=int, name=f"worker-{n}") for n in range(60)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
    """)
    written = recorded(program, page)
    glance = written.html.split('class="glance"')[1].split("</figure>")[0]
    names = re.findall("<span>(.*?)</span>", glance)
    assert names[:2] == ["MainThread", "worker-0 and 59 more"]
    assert "worker-0 to worker-59: 60 lanes that are alike" in glance
    assert '<details class="all-lanes"><summary>All 61 lanes, step by step' in written.html
    assert len(written.lanes) == 61


def test_of_many_lines_the_first_and_the_last_are_shown(write: Write, page: Path) -> None:
    count = LINES_SHOWN + LAST_LINES_SHOWN + 10
    written = recorded(write(f"for number in range({count}): print(number)"), page)
    assert len(written.transcript) == LINES_SHOWN + LAST_LINES_SHOWN
    assert written.transcript[LINES_SHOWN - 1] == str(LINES_SHOWN - 1)
    assert written.transcript[-1] == str(count - 1)
    assert "10 lines are not shown here." in written.html
    # A walk finds a line by its index in the list, so lines after the gap are in another list.
    first = written.html.split('id="transcript"')[1].split("</ol>")[0]
    assert first.count('class="line ') == LINES_SHOWN


def test_very_long_lines_are_cut(write: Write, page: Path) -> None:
    written = recorded(write(f"x = '{'a' * 1_000_000}'\nprint(x)"), page)
    assert len(written.html) < 200_000
    assert written.transcript[0].endswith(" …")


def test_the_receipt_proves_the_source(once: Recorded) -> None:
    program = once.program(HOSTILE)
    assert hashlib.sha256(program.read_bytes()).hexdigest() in once.page(HOSTILE).html


# --- programs of Python's documentation ---


def test_the_programs_of_the_documentation_are_as_they_were() -> None:
    sources = tomllib.loads((PROGRAMS / "SOURCES").read_text(encoding="utf-8"))
    assert {path.name for path in PROGRAMS.glob("*.py")} == sources.keys()
    for name, source in sources.items():
        assert hashlib.sha256((PROGRAMS / name).read_bytes()).hexdigest() == source["sha256"]


def test_queues_between_processes(page: Path) -> None:
    run = record(PROGRAMS / "mp_workers.py", "-o", page)
    assert run.returncode == 0
    written = read(page)
    assert written.transcript == run.stdout.splitlines()[: len(written.transcript)]
    assert len([line for line in written.transcript if "says that" in line]) == 30
    assert sorted(written.lanes) == ["MainThread", *(f"Process-{n}" for n in range(1, 5))]
    sentences = " ".join(written.steps["sentences"])
    for words in ("starts Process-4", "into task_queue", "out of task_queue", "for an item in"):
        assert words in sentences
    assert re.search(r"puts .*Process-\d says that mul\(\d+, 7\)", sentences)


def test_an_executor_of_processes(page: Path) -> None:
    run = record(PROGRAMS / "process_pool_executor.py", "-o", page)
    assert run.returncode == 0
    written = read(page)
    assert written.transcript == run.stdout.splitlines()
    tasks = [text for text in written.steps["sentences"] if text.startswith("begins the task")]
    assert any("is_prime(112272535095293" in task for task in tasks)
    assert len(written.lanes) > 1


def test_a_daemon_that_works_off_a_queue(page: Path) -> None:
    run = record(PROGRAMS / "queue_join.py", "-o", page)
    assert run.returncode == 0
    written = read(page)
    assert written.transcript == run.stdout.splitlines()
    assert written.transcript[-1] == "All work completed"
    assert "puts 29 into q" in written.steps["sentences"]
    assert "begins to wait for a signal from q" in written.steps["sentences"]


def test_the_example_of_the_sites_page_does_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "three.py").write_text(COMMANDS["example"] + "\n", encoding="utf-8")
    command, *expected = COMMANDS["output"].splitlines()
    run = subprocess.run(
        command.removeprefix("$ ").replace("movazi", f"{sys.executable} -m webapp", 1),
        shell=True,
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    # Which of the threads that wait for a lock gets it is left to the system.
    assert sorted(run.stdout.splitlines()) == expected[:-1] == sorted(expected[:-1])
    assert run.stderr.splitlines() == expected[-1:]


def test_nothing_but_its_own_folders_are_needed(tmp_path: Path, write: Write) -> None:
    """A bare interpreter can run it, with only the folders that the recorder and its page need."""
    for folder in ("engine", "lessons", "pages", "recording", "timeline"):
        shutil.copytree(ROOT / "webapp" / folder, tmp_path / "webapp" / folder)
    shutil.copytree(ROOT / "static", tmp_path / "static")
    (tmp_path / "webapp/__init__.py").touch()
    shutil.copy(ROOT / "webapp/files.py", tmp_path / "webapp")
    program = write("print('hello')")
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", BARE, str(program), "-o", "bare.html"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout == "hello\n", run.stderr
    assert read(tmp_path / "bare.html").transcript == ["hello"]


BARE = """
import os, sys
sys.path.insert(0, os.getcwd())
from webapp.engine.__main__ import main
code = main(["record", *sys.argv[1:]])
assert not {"flask", "jinja2", "pygments", "markupsafe", "sqlalchemy"} & {*sys.modules}
sys.exit(code)
"""
