"""gunicorn's threaded worker, that gives its runs time to end before it leaves.

gunicorn only waits: a stream that is longer than its graceful time-out is cut off in the middle.
Here the runs are ended before that, so that each stream ends with its run's result.
"""

from __future__ import annotations

import os

from gunicorn.workers.gthread import ThreadWorker

from webapp.engine.runner import Runner
from webapp.operating import RUNNER

SHARE = 0.5
"""How much of the graceful time-out runs may go on for; the rest is to end them and to say so."""


class Worker(ThreadWorker):  # type: ignore[misc]
    """Serves requests by threads; see `gunicorn.conf.py` for how many."""

    _leaves = False

    def notify(self) -> None:
        """Tell that it lives, once a second; also while it waits for streams to end."""
        super().notify()
        orphaned = self.ppid != os.getppid()
        if (orphaned or not self.alive) and not self._leaves:
            self._leaves = True
            runner: Runner = self.wsgi.extensions[RUNNER]
            runner.drain(SHARE * self.cfg.graceful_timeout)
