"""gunicorn's logger, which makes no line of an access log that nobody asked for."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger


class QuietLogger(Logger):  # type: ignore[misc]
    """Logs accesses only if `accesslog` is set.

    With `logconfig_dict`, as here, gunicorn puts each line together and then throws it away.
    """

    def access(self, *about: Any) -> None:
        """Log an answer, as gunicorn does."""
        if self.cfg.accesslog:
            super().access(*about)
