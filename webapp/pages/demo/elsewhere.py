"""Runs that were made on another machine, for demos that no machine here can run, or not in full.

`python -m tools.elsewhere` makes their files (`Demo.elsewhere`). A run that is shown is stored like
any other, with the receipt of the machine that made it.
"""

from __future__ import annotations

import logging

from webapp.lessons.topic import Demo, Topic
from webapp.pages.run.keeping import keep
from webapp.pages.site.site import Run, Site
from webapp.store.files import read_recording

log = logging.getLogger(__name__)


def keep_run_made_elsewhere(site: Site, topic: Topic, demo: Demo, name: str = "") -> str | None:
    """Store a run with the demo's default values that was made on another machine; return its id.

    None if there is no such run, or it could not be kept.
    """
    path = demo.elsewhere(name)
    try:
        recording = read_recording(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        log.error("the run made elsewhere %s cannot be read: %s", path, error)
        return None
    id = recording.receipt.run
    run = Run(id, "en", topic, demo, demo.defaults, transcript_only=False)
    return id if keep(site, run, recording) else None
