"""The memory that processes share: values and arrays of multiprocessing, and memory views.

No lock of ours keeps other processes out, so a value that is looked up beside the program's own
access may be another one. The accessors of multiprocessing therefore tell what they really got or
set.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import wraps
from multiprocessing import sharedctypes
from typing import Any

Note = Callable[[object, bool], None]
"""Called in the worker that has accessed a value: with the value, and whether it was set."""


def is_between(owner: object, name: str) -> bool:
    """Return whether an attribute of an object is in memory that processes share."""
    kind = type(owner)
    return name == "value" and (
        kind is sharedctypes.Synchronized or ctypes._SimpleCData in kind.__mro__
    )


def is_array(value: object) -> bool:
    """Return whether the items of a value are in memory that processes share."""
    kind = type(value)
    return (
        kind is sharedctypes.SynchronizedArray or kind is memoryview or ctypes.Array in kind.__mro__
    )


def look(box: Any, key: Any) -> object:
    """Return what is in an array or a value now, without its lock."""
    kind = type(box)
    if kind is sharedctypes.Synchronized:
        return box._obj.value
    if kind is sharedctypes.SynchronizedArray:
        return box._obj[key]
    return box.value if key == "value" else box[key]


def tell(note: Note) -> None:
    """Let the accessors of this process's values and arrays tell what they got or set."""
    value: Any = sharedctypes.Synchronized
    array: Any = sharedctypes.SynchronizedArray
    own = value.value
    value.value = property(_reading(own.fget, note), _writing(own.fset, note))
    array.__getitem__ = _reading(array.__getitem__, note)
    array.__setitem__ = _writing(array.__setitem__, note)


def _reading(get: Callable[..., object], note: Note) -> Callable[..., Any]:
    @wraps(get)
    def told(*given: object) -> object:
        found = get(*given)
        note(found, False)
        return found

    return told


def _writing(put: Callable[..., object], note: Note) -> Callable[..., Any]:
    @wraps(put)
    def told(*given: object) -> None:
        put(*given)
        note(given[-1], True)

    return told
