"""The log, for people or as a JSON object a line.

Both name the request (`X-Request-ID` of its answer) and the run where there is one, and never who
asked: no address, no browser. What a line tells beyond its message is given as `extra`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from webapp.operating.requests import request_id

OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What each record has anyway, whatever it is about."""


class AsJson(logging.Formatter):
    """A JSON object a line: time (UTC), level, logger, message, request, and what else there is."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        told = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **dict(_fields(record)),
        }
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=str)


class AsText(logging.Formatter):
    """A line for people, and a traceback below it where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        fields = "".join(f" {name}={value}" for name, value in _fields(record))
        # A line of the log is a line: nobody writes another one by what they send.
        message = record.getMessage().replace("\r", "\\r").replace("\n", "\\n")
        line = f"{_time(record)} {record.levelname.lower():7} {record.name}: {message}{fields}"
        if record.exc_info:
            line += f"\n{self.formatException(record.exc_info)}"
        return line


def log_config(*, format: str, level: str) -> dict[str, Any]:
    """The configuration of the log, for `logging.config` and for gunicorn: all of it on stderr."""
    formatter = AsJson if format == "json" else AsText
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"own": {"()": formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "own"}},
        "root": {"level": level.upper(), "handlers": ["stderr"]},
        "loggers": {
            # gunicorn's own would write each of its lines a second time.
            "gunicorn.error": {"level": level.upper(), "handlers": [], "propagate": True},
            # Its notes name the address of who has reached a limit; `pages.rate` logs without.
            "flask-limiter": {"level": "WARNING"},
            # Every migration that there is to look at, at each start.
            "alembic": {"level": "WARNING"},
        },
    }


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _fields(record: logging.LogRecord) -> Iterator[tuple[str, object]]:
    if request := request_id():
        yield "request", request
    yield from ((name, value) for name, value in vars(record).items() if name not in OWN)
