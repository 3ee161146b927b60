"""The exceptions of the store."""

from __future__ import annotations

from webapp.engine.runner import UnknownRun


class StoreError(Exception):
    """The database cannot be used. The message says why, and what can be done."""


class Locked(StoreError):
    """Another program has locked the database. A later attempt may succeed."""


class PrunedRun(UnknownRun):
    """The run was stored once, and was pruned."""
