"""Writes what was recorded into its file, says so, and opens it."""

from __future__ import annotations

import argparse
from pathlib import Path

from webapp.engine.recording import Recording
from webapp.recording.outputs import Form, form_of
from webapp.recording.page_file import PageFile
from webapp.recording.source import Refused
from webapp.recording.terminal import inform


def form_for(command: argparse.Namespace) -> Form:
    """Return what to write. Raises Refused."""
    form = form_of(command.output)
    if command.open and not form.is_page:
        raise Refused(f"--open opens a page, so the name must end in .html: {command.output}")
    return form


def put(file: PageFile, written: str, command: argparse.Namespace, recording: Recording) -> int:
    """Put the file in place, say so, and open it if asked to; return the exit code."""
    path = command.output
    try:
        file.put(written)
    except OSError as error:
        inform(f"{path} could not be written: {error.strerror}")
        return recording.exit_status or 1
    if not command.quiet:
        more = f" ({recording.dropped} more were too many to keep)" if recording.dropped else ""
        events = f"{len(recording.events)} events{more}"
        inform(f"Recorded {events} into {path}: {form_of(path).opened}.")
    if command.open:
        _open(path)
    return recording.exit_status


def _open(page: Path) -> None:
    import webbrowser  # noqa: PLC0415  (it takes longer to import than the rest)

    if not webbrowser.open(page.resolve().as_uri()):
        inform(f"no browser was found to open {page}")
