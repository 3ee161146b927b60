"""What the ending of the file's name decides, and the options about the file."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.record.commanding import read, record, refused
from tests.record.conftest import Write

PROGRAM = """
    import threading
    lock = threading.Lock()
    def work():
        with lock:
            print("سلام")
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
"""


def test_json_holds_every_event(write: Write, tmp_path: Path) -> None:
    run = record(write(PROGRAM), "-o", tmp_path / "run.json")
    written = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert written["outcome"] == "finished"
    assert written["exit_code"] == 0
    kinds = [event["kind"] for event in written["events"]]
    assert kinds.index("got") < kinds.index("printed") < kinds.index("released")
    [printed] = [event["text"] for event in written["events"] if event["kind"] == "printed"]
    assert printed == "سلام\n"
    assert f"Recorded {len(kinds)} events into" in run.stderr


def test_a_trace_is_one_that_perfetto_opens(write: Write, tmp_path: Path) -> None:
    run = record(write(PROGRAM), "-o", tmp_path / "run.trace.json")
    trace = json.loads((tmp_path / "run.trace.json").read_text(encoding="utf-8"))
    phases = {event["ph"] for event in trace["traceEvents"]}
    assert {"M", "X", "b", "e", "i"} <= phases
    names = {event["name"] for event in trace["traceEvents"]}
    assert {"holds lock", "سلام"} <= names
    assert "ui.perfetto.dev" in run.stderr


@pytest.mark.parametrize("name", ["run", "run.txt", "run.jsonl", "html"])
def test_a_name_that_does_not_say_what_to_write_is_refused(
    write: Write, tmp_path: Path, name: str
) -> None:
    run = refused("record", write("print('ran')"), "-o", tmp_path / name)
    assert run.returncode == 2
    assert ".html" in run.stderr
    assert ".trace.json" in run.stderr
    assert run.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["my_program.py"]


def test_quiet_says_nothing_of_its_own(write: Write, page: Path) -> None:
    run = record(write("import sys; print('mine', file=sys.stderr)"), "--quiet", "-o", page)
    assert run.stderr == "mine\n"
    assert read(page).transcript == ["mine"]


def test_open_opens_the_page_in_a_browser(write: Write, tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    browser.chmod(0o755)
    page = tmp_path / "my run.html"
    record(write("print(1)"), "--open", "-o", page, env={**os.environ, "BROWSER": f"{browser} %s"})
    assert (tmp_path / "opened").read_text() == f"{page.as_uri()}\n"


def test_only_a_page_can_be_opened(write: Write, tmp_path: Path) -> None:
    run = refused("record", write("print('ran')"), "--open", "-o", tmp_path / "run.json")
    assert run.returncode == 2
    assert "--open opens a page" in run.stderr
    assert run.stdout == ""


def test_a_machine_without_a_browser_says_so(write: Write, page: Path) -> None:
    nothing = {"PATH": "/nowhere", "BROWSER": "/nowhere/browser %s"}
    run = record(write("print(1)"), "--open", "-o", page, env={**os.environ, **nothing})
    assert run.returncode == 0
    assert f"no browser was found to open {page}" in run.stderr
