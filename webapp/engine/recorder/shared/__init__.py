"""Reports the primitives of `multiprocessing`, in every process that has got hold of them.

They are made by methods of a context (`multiprocessing.Lock()` is one), which is where they are
named (`names`). The name goes along when one is pickled for a spawned child. What the package makes
for itself, as the locks inside a queue, has no name and is left alone.
"""

from __future__ import annotations

from webapp.engine.recorder.shared import conditions, connections, locks, managers, names, queues


def observe() -> None:
    """Report the primitives that a program makes, or is given, from now on."""
    for part in (locks, conditions, queues, connections, managers):
        part.observe()
    names.renew_package()
