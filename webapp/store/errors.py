"""What may go wrong with stored runs."""

from __future__ import annotations

from webapp.engine.runner import UnknownRun


class StoreError(Exception):
    """The database cannot be used; says in a sentence why, and what can be done."""


class Locked(StoreError):
    """Another program has locked the database; to try again later may do."""


class PrunedRun(UnknownRun):
    """The run was stored once, and was pruned."""
