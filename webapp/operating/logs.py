"""The log: as text, or with one JSON object per line.

A line names the request (`X-Request-ID` of its answer) and the run, if any, but never the client:
no IP address, no browser. Other fields are passed as `extra`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from webapp.operating.requests import request_id

OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""The attributes that every record has."""


class AsJson(logging.Formatter):
    """One JSON object per line: time (UTC), level, logger, message, request, other fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Format one record."""
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
    """One line of text, and the traceback below it, if any."""

    def format(self, record: logging.LogRecord) -> str:
        """Format one record."""
        fields = "".join(f" {name}={value}" for name, value in _fields(record))
        # A message may quote a request, which must not be able to forge a line of the log.
        message = record.getMessage().replace("\r", "\\r").replace("\n", "\\n")
        line = f"{_time(record)} {record.levelname.lower():7} {record.name}: {message}{fields}"
        if record.exc_info:
            line += f"\n{self.formatException(record.exc_info)}"
        return line


def log_config(*, format: str, level: str) -> dict[str, Any]:
    """Return the configuration for `logging.config` and gunicorn: everything goes to stderr."""
    formatter = AsJson if format == "json" else AsText
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"own": {"()": formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "own"}},
        "root": {"level": level.upper(), "handlers": ["stderr"]},
        "loggers": {
            # gunicorn's own handler would write each of its lines again.
            "gunicorn.error": {"level": level.upper(), "handlers": [], "propagate": True},
            # It logs its set-up and each migration.
            "alembic": {"level": "WARNING"},
        },
    }


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _fields(record: logging.LogRecord) -> Iterator[tuple[str, object]]:
    if request := request_id():
        yield "request", request
    yield from ((name, value) for name, value in vars(record).items() if name not in OWN)
