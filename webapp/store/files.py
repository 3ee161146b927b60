"""Recordings that are kept in files of the repository, for pages that show a run made before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from webapp.engine.packing import pack, unpack
from webapp.engine.recording import Recording


def read_recording(path: Path) -> Recording:
    """Read a recording. Raises OSError, and ValueError if the file holds none."""
    return unpack(path.read_bytes())


def write_recording(path: Path, recording: Recording) -> None:
    """Write a recording without the name of its machine. Raises OSError."""
    path.write_bytes(pack(replace(recording, receipt=replace(recording.receipt, host=""))))
