"""A demo's form, source and earlier run, as a page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from webapp.pages.demo.examples import EarlierRun
from webapp.pages.demo.form import Form
from webapp.pages.texts.wording import Wording


@dataclass(frozen=True)
class Listing:
    """A program's source as HTML lines. `download` is the address of its file."""

    name: str
    lines: Sequence[Markup]
    download: str


@dataclass(frozen=True)
class RunPanel:
    """The part of a page with a demo's form, source, transcript and result.

    `earlier` is an earlier run to show while nothing is `running`. A run's own page has no form,
    and does not say what to `watch`. `asks` if the page has questions to answer before a run: then
    what to watch is shown on request only, since it may answer them.
    """

    say: Wording
    form: Form | None
    source: Listing
    watch: str = ""
    trap: bool = False
    asks: bool = False
    running: bool = False
    earlier: EarlierRun | None = None
