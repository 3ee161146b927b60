"""Reports the tasks of asyncio: their lives, their steps, and what they await.

The wrappers are installed when the program imports asyncio, or at once if it is imported already.
Nothing here imports it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

from webapp.engine.recorder.tasks import lives, locks, loops, waits

NAME = "asyncio"
LIBRARY = str(Path(os.__file__).parent)


def observe() -> None:
    """Report the tasks that the program makes from now on."""
    if asyncio := sys.modules.get(NAME):
        _observe(asyncio)
    else:
        # Another list: `observation` compares attributes.
        sys.meta_path = [_Finder, *sys.meta_path]


def _observe(asyncio: Any) -> None:
    for part in (lives, loops, locks, waits):
        part.observe(asyncio)


class _Finder:
    """Finds asyncio, and installs the wrappers as soon as it is loaded."""

    @classmethod
    def find_spec(
        cls, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != NAME:
            return None
        spec = PathFinder.find_spec(name, path, target)
        # The program may have a module of that name.
        if spec is not None and (spec.origin or "").startswith(LIBRARY):
            loader: Any = spec.loader
            load = loader.exec_module

            def load_and_observe(module: ModuleType) -> None:
                load(module)
                _observe(module)

            loader.exec_module = load_and_observe
        return spec
