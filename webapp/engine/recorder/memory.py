"""Names what multiprocessing keeps in /dev/shm after the run that it belongs to.

Named semaphores and shared memory outlive their processes. The resource tracker removes them, but
is killed with a run that will not end: then they are found by their names (`run_folder`).
"""

from __future__ import annotations

from multiprocessing import process, shared_memory


def install(run: str) -> None:
    """Name what is made from now on after `run`, a word that no other run has."""
    # Children get the first with their configuration, in the other they are told by us.
    process.current_process()._config["semprefix"] = f"/mp-{run}"  # type: ignore[attr-defined]
    prefix = f"/psm_{run}_"
    longer = len(prefix) - len(shared_memory._SHM_NAME_PREFIX)  # type: ignore[attr-defined]
    shared_memory._SHM_NAME_PREFIX = prefix  # type: ignore[attr-defined]
    shared_memory._SHM_SAFE_NAME_LENGTH += longer  # type: ignore[attr-defined]
