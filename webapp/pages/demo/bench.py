"""Where a program is run, as a page shows it: its form, its source, and its past run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from webapp.pages.demo.examples import Before
from webapp.pages.demo.form import Form
from webapp.pages.texts.wording import Wording


@dataclass(frozen=True)
class Listing:
    """A program's source as it is shown."""

    name: str
    lines: Sequence[Markup]
    download: str


@dataclass(frozen=True)
class Bench:
    """Where a demo is run: its form, its source, its transcript and its result.

    Where nothing is `running`, a past run may stand there `before` the first. The page of a run has
    no form.
    """

    say: Wording
    form: Form | None
    source: Listing
    running: bool = False
    before: Before | None = None
