"""Options of the Redis client, and its errors."""

from __future__ import annotations

from typing import Any

from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, OutOfMemoryError, ReadOnlyError, TimeoutError
from redis.retry import Retry

GONE = (ConnectionError, TimeoutError, OutOfMemoryError, ReadOnlyError)
"""Temporary errors of the Redis client: Redis does not answer, or accepts no writes."""

CONNECT, ANSWER = 1.0, 2.0
"""Time-outs in seconds for connecting, and for an answer."""


def client_options() -> dict[str, Any]:
    """Return options with short time-outs; with the defaults, the client waits for many seconds."""
    return {
        "socket_connect_timeout": CONNECT,
        "socket_timeout": ANSWER,
        # No retry after a time-out: it would double the wait.
        "retry": Retry(NoBackoff(), 1, supported_errors=(ConnectionError,)),
    }
