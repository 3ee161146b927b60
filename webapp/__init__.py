"""Movazi: learn parallel programming in Python by running the real thing.

    with movazi.record("run.html"):     records what the block does
    %load_ext movazi                    offers %%movazi in a notebook
    pytest --movazi                     is `pytest_plugin`, an entry point of the package

This package imports nothing by itself, so that the engine never loads Flask.
"""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    """Return what users of the installed package call; it is imported when it is asked for."""
    if name == "record":
        from webapp.recording.block import record  # noqa: PLC0415

        return record
    if name == "load_ipython_extension":
        from webapp.recording.notebook import load_ipython_extension  # noqa: PLC0415

        return load_ipython_extension
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
