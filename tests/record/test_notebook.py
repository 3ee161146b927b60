"""`%load_ext movazi` and `%%movazi` in a notebook, with a real kernel."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests.record.commanding import ROOT, Loaded, Written, read

IMPORTS = "from threading import Lock, Thread\nname = 'mine'\n%load_ext webapp"
THREADS = """
lock = Lock()
def work(number):
    with lock:
        print(name, number)
threads = [Thread(target=work, args=(number,)) for number in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
len(threads)
"""


def ran(folder: Path, *cells: str) -> list[list[Any]]:
    """Run a notebook; return the outputs of its cells."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])  # type: ignore[no-untyped-call]
    client = NotebookClient(
        book,
        timeout=120,
        allow_errors=True,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    return [cell.outputs for cell in book.cells]


def page_of(outputs: list[Any]) -> tuple[Written, str]:
    """Return the page that is shown below a cell, and the tag of its frame."""
    [shown] = [
        output.data["text/html"] for output in outputs if output.output_type == "display_data"
    ]
    tag, _, rest = shown.partition('srcdoc="')
    page, _, attributes = rest.partition('" sandbox=')
    return Written(html.unescape(page)), f"{tag} sandbox={attributes}"


def printed(outputs: list[Any]) -> str:
    """Return what a cell printed."""
    return "".join(output.text for output in outputs if output.output_type == "stream")


@pytest.fixture(autouse=True)
def of_this_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the kernel import the package, as if it were installed."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")


def test_a_cell_is_recorded_and_its_page_is_below_it(tmp_path: Path) -> None:
    outputs = ran(tmp_path, IMPORTS, "%%movazi" + THREADS, "print(len(threads), Lock().locked())")
    assert sorted(printed(outputs[1]).splitlines()) == ["mine 0", "mine 1", "mine 2"]
    assert [
        output.data["text/plain"] for output in outputs[1] if output.output_type == "execute_result"
    ] == ["3"]
    page, frame = page_of(outputs[1])
    assert frame.startswith("<iframe ")
    assert 'sandbox="allow-scripts"' in frame
    assert page.outcome == "finished"
    assert sorted(page.transcript) == ["mine 0", "mine 1", "mine 2"]
    assert page.lanes[0] == "MainThread"
    assert sorted(page.lanes[1:]) == [
        f"Thread-{number} (work)" for number in sorted(_numbers(page))
    ]
    assert "with lock:" in page.source
    assert "A recorded cell" in page.html
    loaded = Loaded()
    loaded.feed(page.html)
    assert loaded.addresses == []
    # The names of the cell are the notebook's, and nothing is left of the recorder.
    assert printed(outputs[2]) == "3 False\n"


def _numbers(page: Written) -> list[int]:
    return [int(name.split("-")[1].split()[0]) for name in page.lanes[1:]]


def test_an_error_in_a_cell_is_shown_and_its_page_too(tmp_path: Path) -> None:
    [_, outputs, after] = ran(
        tmp_path, IMPORTS, "%%movazi --language fa\nwith Lock() as one:\n    1 / 0", "print(1)"
    )
    errors = [output for output in outputs if output.output_type == "error"]
    assert [error.ename for error in errors] == ["ZeroDivisionError", "CellFailed"]
    assert "recorder" not in "".join(errors[0].traceback)
    page, _ = page_of(outputs)
    assert page.outcome == "failed"
    assert 'lang="fa"' in page.html
    assert printed(after) == "1\n"


def test_a_cell_that_python_cannot_read_is_told_as_ever(tmp_path: Path) -> None:
    [_, outputs, after] = ran(tmp_path, IMPORTS, "%%movazi\ndef work(:\n    pass", "print(1)")
    errors = [output.ename for output in outputs if output.output_type == "error"]
    assert errors == ["SyntaxError", "CellFailed"]
    assert page_of(outputs)[0].outcome == "failed"
    assert printed(after) == "1\n"


def test_the_page_may_be_written_into_a_file_too(tmp_path: Path) -> None:
    ran(tmp_path, IMPORTS, "%%movazi -o cell.html\nprint('mine')")
    assert read(tmp_path / "cell.html").transcript == ["mine"]


@pytest.mark.parametrize("line", ["--language xx", "-o cell.txt", "--what", "--height tall"])
def test_a_wrong_option_is_told_before_the_cell_runs(tmp_path: Path, line: str) -> None:
    [_, outputs] = ran(tmp_path, IMPORTS, f"%%movazi {line}\nprint('ran')")
    assert printed(outputs) == ""
    [error] = outputs
    assert error.ename in ("ValueError", "Refused")
