"""Make the runs of demos that need a machine or a Python that most do not have.

    python3.13 -m tools.elsewhere thread-queue/shut-down

Run it with a Python that the demo can run on; it needs nothing else. Each file is the run's record
as the engine made it, beside the topic. Without names, it makes all that can be made here.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing

from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.machines import this_machine
from webapp.engine.recording import Recording
from webapp.lessons.folders import find_topics
from webapp.lessons.topic import Demo
from webapp.store.files import write_recording


def main(names: Sequence[str]) -> int:
    """Make the runs of these demos, and return the exit code."""
    demos = {
        topic.name_of(demo): demo
        for topic in find_topics()
        for demo in topic.demos
        if demo.runs_elsewhere
    }
    if unknown := [name for name in names if name not in demos]:
        known = ", ".join(demos)
        print(f"no demo with needs: {', '.join(unknown)}. There are: {known}", file=sys.stderr)
        return 2
    machine = this_machine()
    can_make = {
        name: [run for run, needs in demo.runs_elsewhere.items() if machine.meets(needs)]
        for name, demo in demos.items()
    }
    if lacking := [name for name in names if not can_make[name]]:
        print(f"this machine cannot make a run of {', '.join(lacking)}", file=sys.stderr)
        return 2
    with closing(EmbeddedRunner()) as runner:
        for name in names or sorted(demos):
            for run in can_make[name]:
                print(f"{name}: {_make(runner, demos[name], run)}")
    return 0


def _make(runner: EmbeddedRunner, demo: Demo, run: str) -> str:
    """Make a run, write its file, and return a line about it."""
    recording = _recorded(runner, demo)
    path = demo.elsewhere(run)
    path.parent.mkdir(exist_ok=True)
    write_recording(path, recording)
    size = path.stat().st_size
    return f"{path.name}, {recording.outcome}, {recording.receipt.interpreter}, {size:,} bytes"


def _recorded(runner: EmbeddedRunner, demo: Demo) -> Recording:
    run = runner.start(demo.program(demo.defaults))
    for _ in runner.follow(run):
        pass
    recording = runner.recording(run)
    if recording is None:
        raise RuntimeError(f"the engine has no record of {demo.slug}")
    return recording


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
