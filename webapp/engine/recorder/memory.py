"""Puts the run's name into the names of its semaphores and shared memory in /dev/shm.

These outlive their processes. The resource tracker removes them, unless it is killed with the run.
Then `run_folder` finds them by their names.
"""

from __future__ import annotations

from multiprocessing import process, shared_memory


def install(run: str) -> None:
    """Put `run`, a unique name of this run, into all names from now on."""
    # Children get the first with their configuration, and the second from `report_to`.
    process.current_process()._config["semprefix"] = f"/mp-{run}"  # type: ignore[attr-defined]
    prefix = f"/psm_{run}_"
    longer = len(prefix) - len(shared_memory._SHM_NAME_PREFIX)  # type: ignore[attr-defined]
    shared_memory._SHM_NAME_PREFIX = prefix  # type: ignore[attr-defined]
    shared_memory._SHM_SAFE_NAME_LENGTH += longer  # type: ignore[attr-defined]
