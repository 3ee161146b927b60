"""How Redis is reached, and what its client raises where it is not."""

from __future__ import annotations

from typing import Any

from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, OutOfMemoryError, ReadOnlyError, TimeoutError
from redis.retry import Retry

GONE = (ConnectionError, TimeoutError, OutOfMemoryError, ReadOnlyError)
"""What Redis's client raises where Redis does not answer, or takes nothing: it may later."""

CONNECT, ANSWER = 1.0, 2.0
"""Seconds that Redis has to take a connection, and to answer."""


def client_options() -> dict[str, Any]:
    """How Redis is spoken to: the client's own way would be to wait for it, for many seconds."""
    return {
        "socket_connect_timeout": CONNECT,
        "socket_timeout": ANSWER,
        # Not when it has not answered in time: it would be waited for twice.
        "retry": Retry(NoBackoff(), 1, supported_errors=(ConnectionError,)),
    }
