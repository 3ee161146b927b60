"""Reports calls to the objects of a `multiprocessing.Manager`."""

from __future__ import annotations

from _thread import RLock
from functools import wraps
from multiprocessing import managers
from typing import Any

from webapp.engine.events import Kind
from webapp.engine.recorder.callers import is_standard_library
from webapp.engine.recorder.channel import emit


def observe() -> None:
    """Report each call of a proxy's method."""
    proxy: Any = managers.BaseProxy
    call = proxy._callmethod
    # threading.RLock is pickled by name, and that is our wrapper now; the type is not.
    registry = managers.SyncManager._registry  # type: ignore[attr-defined]
    registry["RLock"] = (RLock, *registry["RLock"][1:])

    @wraps(call)
    def recorded_call(self: Any, methodname: str, *args: Any, **options: Any) -> Any:
        if not is_standard_library(depth=2):
            emit(Kind.ASKED, self._token.typeid, methodname)
        return call(self, methodname, *args, **options)

    proxy._callmethod = recorded_call
