"""The objects that all pages use: wired once by `create_app`, passed to every blueprint."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from jinja2 import Environment

from webapp.engine.runner import Runner, UnknownRun
from webapp.engine.schedules import Direction
from webapp.lessons.parameters import InvalidParameters, take_all
from webapp.lessons.text import Language
from webapp.lessons.topic import Demo, Topic, find_demo
from webapp.lessons.values import Values
from webapp.pages.demo.prose import Library
from webapp.pages.rate import RunLimit
from webapp.pages.repeat.repetitions import Repetitions
from webapp.pages.room import Room
from webapp.pages.site.assets import Assets
from webapp.pages.texts.wording import Wording
from webapp.store.store import Store


@dataclass(frozen=True)
class Run:
    """A run of a demo with its values. `language` is the visitor's.

    `predicted` are the options that the visitor has predicted, by question. Only the page that
    shows the run knows them.
    """

    id: str
    language: Language
    topic: Topic
    demo: Demo
    values: Values
    transcript_only: bool
    predicted: Mapping[str, str] = field(default_factory=dict)
    slow_motion: bool = False


@dataclass(frozen=True)
class Site:
    """The objects that all pages use."""

    topics: tuple[Topic, ...]
    wordings: Mapping[Language, Wording]
    library: Library
    assets: Assets
    runner: Runner
    repetitions: Repetitions
    store: Store
    templates: Environment
    limit_runs: RunLimit
    room: Room

    def render(self, template: str, view: object) -> str:
        """Render a template with its view object."""
        return self.templates.get_template(template).render(view=view)

    def start(
        self,
        language: Language,
        topic: Topic,
        demo: Demo,
        values: Values,
        *,
        transcript_only: bool = False,
        visitor: str = "",
        schedule: str | None = None,
        slow_motion: bool = False,
    ) -> Run:
        """Start a run of a demo, directed by a schedule if there is one. Raises Busy."""
        about = {
            "language": language,
            "demo": topic.name_of(demo),
            "values": values,
            "transcript_only": transcript_only,
            "slow_motion": slow_motion,
        }
        directed = None if schedule is None else Direction(schedule)
        id = self.runner.start(
            replace(demo.program(values), directed=directed, slow_motion=slow_motion),
            visitor=visitor,
            observe=not transcript_only,
            about=json.dumps(about),
        )
        return Run(id, language, topic, demo, values, transcript_only, slow_motion=slow_motion)

    def find(self, id: str) -> Run:
        """Return a run that the runner still knows. Raises UnknownRun and Unreachable."""
        about = self.runner.state(id).about
        if not about:  # started by one of the report's routes
            raise UnknownRun(id)
        details = json.loads(about)
        found = find_demo(self.topics, details["demo"])
        if found is None:
            raise UnknownRun(id)
        topic, demo = found
        try:
            values = take_all(demo.parameters, details["values"])
        except InvalidParameters:  # the demo's parameters have changed since the run started
            raise UnknownRun(id) from None
        return Run(
            id,
            details["language"],
            topic,
            demo,
            values,
            details["transcript_only"],
            slow_motion=details.get("slow_motion", False),
        )

    def topic(self, slug: str) -> Topic | None:
        """Return the topic with this slug, or None."""
        return next((topic for topic in self.topics if topic.slug == slug), None)
