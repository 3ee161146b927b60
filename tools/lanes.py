"""Record again the runs that pages show: a small picture of each topic, the run at the top of the
home page, and the example of the page about programs of one's own.

`make lanes` runs it; with names of topics it draws these only. Each picture is drawn from a real
run of one demo. Look at the pictures before you commit them: a busy machine draws other ones.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import closing
from pathlib import Path

from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.program import Program
from webapp.engine.recording import Recording
from webapp.lessons.folders import find_topics
from webapp.lessons.topic import LANES, find_demo
from webapp.pages.site.hero import DEMO, RECORDING, VALUES
from webapp.pages.site.record import COMMANDS, SAMPLE
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
            picture = draw_thumbnail(draw(_record(engine, demo.program(demo.defaults))))
            (topic.folder / LANES).write_text(f"{picture}\n", encoding="utf-8")
            print(f"{len(picture):5} bytes  {topic.name_of(demo)}")
        found = find_demo(topics, DEMO)
        if found and not names:
            _write(RECORDING, _record(engine, found[1].program({**found[1].defaults, **VALUES})))
        if not names:
            _write(SAMPLE, _record_example(engine))
    return 0


def _record_example(engine: EmbeddedRunner) -> Recording:
    """Record the example of the page about programs of one's own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "three.py")
        path.write_text(COMMANDS["example"], encoding="utf-8")
        return _record(engine, Program(path))


def _record(engine: EmbeddedRunner, program: Program) -> Recording:
    run = engine.start(program)
    for _ in engine.follow(run):
        pass
    recording = engine.recording(run)
    if recording is None:
        raise RuntimeError(f"{program.path.name}: the run has no record")
    return recording


def _write(path: Path, recording: Recording) -> None:
    write_recording(path, recording)
    print(f"{path.stat().st_size:5} bytes  {path.name}")


if __name__ == "__main__":
    sys.exit(main())
