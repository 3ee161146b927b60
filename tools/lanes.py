"""Record the lanes of the home page again: a small picture of each topic, and the run at its top.

`make lanes` runs it; with names of topics it draws these only. Each picture is drawn from a real
run of one demo. Look at the pictures before you commit them: a busy machine draws other ones.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import closing

from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.recording import Recording
from webapp.lessons.folders import find_topics
from webapp.lessons.topic import LANES, Demo, find_demo
from webapp.lessons.values import Value
from webapp.pages.site.hero import DEMO, RECORDING, VALUES
from webapp.store.files import write_recording
from webapp.timeline.reading import draw
from webapp.timeline.thumbnail import draw_thumbnail


def main() -> int:
    """Record and write; return the exit code."""
    topics = find_topics()
    names = sys.argv[1:]
    with closing(EmbeddedRunner()) as engine:
        for topic in topics:
            if names and topic.folder.name not in names:
                continue
            demo = topic.pictured
            picture = draw_thumbnail(draw(_record(engine, demo, demo.defaults)))
            (topic.folder / LANES).write_text(f"{picture}\n", encoding="utf-8")
            print(f"{len(picture):5} bytes  {topic.name_of(demo)}")
        found = find_demo(topics, DEMO)
        if found and not names:
            write_recording(RECORDING, _record(engine, found[1], VALUES))
            print(f"{RECORDING.stat().st_size:5} bytes  {RECORDING.name}")
    return 0


def _record(engine: EmbeddedRunner, demo: Demo, values: Mapping[str, Value]) -> Recording:
    run = engine.start(demo.program({**demo.defaults, **values}))
    for _ in engine.follow(run):
        pass
    recording = engine.recording(run)
    if recording is None:
        raise RuntimeError(f"{demo.slug}: the run has no record")
    return recording


if __name__ == "__main__":
    sys.exit(main())
