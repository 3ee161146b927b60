"""Reports the primitives of `multiprocessing`, in every process that uses them.

They are made by methods of a context, such as `multiprocessing.Lock()`, which label them (`names`).
The label is pickled with the object. What the package makes for itself, such as the locks inside a
queue, has no label and is not reported.
"""

from __future__ import annotations

from webapp.engine.recorder.shared import conditions, connections, locks, managers, names, queues


def observe() -> None:
    """Report the primitives that the program makes or receives from now on."""
    for part in (locks, conditions, queues, connections, managers):
        part.observe()
    names.renew_package()
