"""Parameters that many topics share."""

from __future__ import annotations

from webapp.lessons.parameters import Choice
from webapp.lessons.text import Text

START_METHODS = ("fork", "spawn", "forkserver")


def start_method_for(help: Text) -> Choice:
    """How a demo starts its processes; `help` says what that means for the topic."""
    return Choice(
        name="start_method",
        label=Text("Start method", "روش آغاز"),
        help=help,
        default=START_METHODS[0],
        options={name: Text(name, name) for name in START_METHODS},
    )


start_method = start_method_for(
    Text(
        "How a child comes into being: as a copy of its parent (fork), as a fresh interpreter "
        "(spawn), or as a copy of a server kept for that (forkserver).",
        "فرزند چگونه پدید می‌آید: رونوشتی از والد (fork)، مفسری تازه (spawn)، یا رونوشتی از یک "
        "سرور که برای همین کار آماده است (forkserver).",
    )
)
