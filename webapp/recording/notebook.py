"""`%load_ext movazi`, and then `%%movazi` at the top of a cell: run it recorded, and show the page.

The cell runs in the notebook's own process, since it uses the notebook's names. It needs nothing of
IPython but the shell that it is given.
"""

from __future__ import annotations

import argparse
import shlex
from functools import partial
from html import escape
from pathlib import Path
from typing import Any, NoReturn

from webapp.engine.recorder import tee
from webapp.lessons.text import DEFAULT_LANGUAGE, LANGUAGES
from webapp.pages.texts.wording import load_wordings
from webapp.recording.outputs import form_of
from webapp.recording.page import draw_page
from webapp.recording.page_file import PageFile
from webapp.recording.part import Part, host_threads
from webapp.recording.ran import Ran

HEIGHT = 640
"""Pixels of the page below a cell."""


class CellFailed(Exception):
    """The recorded cell ended by an exception, which IPython has shown already."""

    def _render_traceback_(self) -> list[str]:
        return ["The recorded cell ended by the exception above."]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ValueError(f"%%movazi: {message}")


def load_ipython_extension(shell: Any) -> None:
    """Offer `%%movazi` in a notebook; called by `%load_ext movazi`."""
    shell.register_magic_function(partial(run_cell, shell), "cell", "movazi")


def run_cell(shell: Any, line: str, cell: str) -> None:
    """Run a cell recorded, and show its page. Raises CellFailed after an exception in the cell."""
    options = _options(line)
    # The name of the file that IPython gives the cell, which is where its lines come from.
    path = shell.compile.cache(shell.transform_cell(cell), shell.execution_count, raw_code=cell)
    part = Part(path, host_threads())
    part.begin()
    tee.take_streams()
    error: BaseException | None = None
    try:
        result = shell.run_cell(cell)
        error = result.error_before_exec or result.error_in_exec
    except BaseException as raised:  # such as Ctrl-C, between two steps of the cell
        error = raised
        raise
    finally:
        tee.give_back_streams()
        recording = part.end(error=error)
        ran = Ran(Path("cell"), (), part.source, recording, part="cell")
        _show(shell, options, ran)
    if error is not None:
        raise CellFailed(str(error)) from None


def _options(line: str) -> argparse.Namespace:
    """Read the options of the magic's line. Raises ValueError."""
    parser = _Parser(prog="%%movazi", add_help=False)
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--language", choices=LANGUAGES, default=DEFAULT_LANGUAGE)
    parser.add_argument("--height", type=int, default=HEIGHT)
    options = parser.parse_args(shlex.split(line))
    if options.output is not None:
        form_of(options.output)
    return options


def _show(shell: Any, options: argparse.Namespace, ran: Ran) -> None:
    """Show the page below the cell, and write it into a file if one is named."""
    say = load_wordings()[options.language]
    page = draw_page(say, ran)
    # The page's own policy lets it run its scripts and load nothing.
    frame = (
        f'<iframe srcdoc="{escape(page)}" sandbox="allow-scripts" '
        f'style="width:100%;height:{options.height}px;border:0"></iframe>'
    )
    told = f"Recorded {len(ran.recording.events)} events"
    shell.display_pub.publish({"text/plain": told, "text/html": frame})
    if options.output is not None:
        with PageFile(options.output, ran.program) as file:
            file.put(form_of(options.output).write(say, ran))
