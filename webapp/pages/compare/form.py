"""The form of a comparison: its fields, filled with what was submitted, and the errors in it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

from webapp.engine.machines import Machine
from webapp.pages import addresses
from webapp.pages.compare.selection import Problems, Selection, Side
from webapp.pages.demo.fields import Field
from webapp.pages.demo.form import VISITOR_BYTES, build_form
from webapp.pages.demo.needs import UnmetNeeds, build_unmet_needs, is_offered
from webapp.pages.site.site import Site
from webapp.pages.texts.wording import Wording


@dataclass(frozen=True)
class DemoOption:
    """A demo in the list to choose from."""

    name: str
    title: str
    chosen: bool


@dataclass(frozen=True)
class TopicOptions:
    """A topic's demos."""

    title: str
    demos: tuple[DemoOption, ...]


@dataclass(frozen=True)
class SideForm:
    """One side of the form. `number` is 1 or 2, in the language's digits.

    `unmet` is set if no machine has what the demo needs: then neither side can run.
    """

    key: str
    number: str
    title: str
    topics: tuple[TopicOptions, ...]
    fields: tuple[Field, ...]
    unmet: UnmetNeeds | None


@dataclass(frozen=True)
class CompareForm:
    """The form. `problems` are the errors that belong to no field."""

    address: str
    sides: tuple[SideForm, ...]
    problems: tuple[str, ...]
    refused: bool
    transcript_only: bool
    visitor: str

    @property
    def blocked(self) -> list[str]:
        """The letters of the sides that cannot run."""
        return [side.key for side in self.sides if side.unmet]


def build_compare_form(
    site: Site, say: Wording, selection: Selection, problems: Problems | None = None
) -> CompareForm:
    """Return the form, filled with what was submitted or the defaults, and with its errors."""
    problems = problems or {}
    forms = [
        build_form(say, side.topic, side.demo, side.submission, problems.get(side.key, ()))
        for side in selection.sides
    ]
    unknown = (
        say("problem.extra_forbidden", name=problem.parameter) for problem in problems.get("", ())
    )
    machines = site.runner.machines()
    return CompareForm(
        address=addresses.comparison(say.language),
        sides=tuple(
            SideForm(
                key=side.key,
                number=say.number(number),
                title=say(f"compare.{side.key}"),
                topics=tuple(_options(say, selection, side)),
                fields=tuple(
                    replace(field, name=f"{side.key}-{field.name}") for field in form.fields
                ),
                unmet=_unmet(say, side, machines, bare=bool(problems)),
            )
            for number, side, form in zip((1, 2), selection.sides, forms, strict=True)
        ),
        problems=(*chain.from_iterable(form.problems for form in forms), *unknown),
        refused=bool(problems),
        transcript_only=selection.transcript_only,
        visitor=selection.visitor or secrets.token_urlsafe(VISITOR_BYTES),
    )


def _unmet(
    say: Wording, side: Side, machines: Sequence[Machine], *, bare: bool
) -> UnmetNeeds | None:
    if is_offered(side.demo, machines):
        return None
    return build_unmet_needs(say, side.topic, side.demo, {} if bare else side.submission.given)


def _options(say: Wording, selection: Selection, side: Side) -> list[TopicOptions]:
    """Return the demos of the side's topic, and those of the other side's topic if it differs."""
    others = [other.topic for other in selection.sides if other.topic.slug != side.topic.slug]
    return [
        TopicOptions(
            topic.title[say.language],
            tuple(
                DemoOption(name, demo.title[say.language], name == side.name)
                for demo in topic.demos
                if (name := topic.name_of(demo))
            ),
        )
        for topic in (side.topic, *others)
    ]
