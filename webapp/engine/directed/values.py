"""Says what an operation on values touches: the items of containers, and what signals."""

from __future__ import annotations

import ast
import builtins
import queue
import sys
import threading
import types
from collections import deque
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

from webapp.engine.directed.footprints import ANY, ITEMS, PRINTED, READ, SYNC, WRITE, Access
from webapp.engine.directed.lookup import FRESH, UNKNOWN, reader
from webapp.engine.recorder import queues
from webapp.engine.recorder.locks import _Recorded

Probe = Callable[[FrameType], list[Access]]

SIGNALLING = (
    threading.Barrier,
    threading.Event,
    threading.Semaphore,
    threading.Thread,
    queue.Queue,
    queues.SimpleQueue,
)
"""What threads wait for and signal with. A condition is protected by its lock, and a lock has
points of its own."""

PLAIN = (
    int, float, complex, str, bytes, bool, type(None), range, slice, type, types.FunctionType,
    types.BuiltinFunctionType, types.ModuleType, types.CodeType, types.MethodType,
    BaseException, threading.Condition, _Recorded, *SIGNALLING,
)  # fmt: skip
"""What cannot change, or is no container."""

READERS = frozenset(
    [
        "abs",
        "all",
        "any",
        "bool",
        "bytes",
        "callable",
        "chr",
        "dict",
        "divmod",
        "enumerate",
        "filter",
        "float",
        "format",
        "frozenset",
        "getattr",
        "hasattr",
        "hash",
        "id",
        "int",
        "isinstance",
        "issubclass",
        "iter",
        "len",
        "list",
        "map",
        "max",
        "min",
        "oct",
        "ord",
        "pow",
        "range",
        "repr",
        "reversed",
        "round",
        "set",
        "sorted",
        "str",
        "sum",
        "super",
        "tuple",
        "type",
        "zip",
    ]
)
"""Functions of `builtins` that change nothing."""

READING = frozenset(
    [
        "get",
        "keys",
        "values",
        "items",
        "index",
        "count",
        "copy",
        "union",
        "difference",
        "intersection",
        "issubset",
        "issuperset",
        "isdisjoint",
        "symmetric_difference",
        "join",
        "format",
    ]
)
"""Methods of containers that change nothing."""

LOOKS = frozenset(
    [
        "is_set",
        "is_alive",
        "qsize",
        "empty",
        "full",
        "done",
        "cancelled",
        "running",
        "n_waiting",
        "broken",
        "parties",
    ]
)
"""Methods and properties of SIGNALLING that change nothing."""

SILENT = frozenset({"join", "name", "daemon", "ident", "native_id", "getName", "isDaemon"})
"""Those that touch nothing, or only wait for a thread's end."""


def is_signalling(value: object) -> bool:
    """Return whether threads wait for the value, or signal with it."""
    return isinstance(value, SIGNALLING) or _is_of_executors(value)


def _is_of_executors(value: object) -> bool:
    # To load them takes long, and few programs do.
    module: Any = sys.modules.get("concurrent.futures._base")
    return module is not None and isinstance(value, module.Future | module.Executor)


def is_plain(value: object) -> bool:
    """Return whether the value cannot change, or is no container."""
    return isinstance(value, PLAIN) or _is_of_executors(value)


def is_module(value: object) -> bool:
    """Return whether the value is a module."""
    return isinstance(value, types.ModuleType)


def signal_read(value: object, name: str) -> list[Access]:
    """Return what reading an attribute of a SIGNALLING object touches; it calls no method yet."""
    looked = getattr(type(value), name, None)
    plain = isinstance(looked, property) and name in LOOKS
    return [((SYNC, id(value), ""), READ)] if plain else []


def items_probe(nodes: Sequence[ast.expr], mode: str) -> Probe | None:
    """Return a probe for an operation on the items of the values of expressions."""
    readers = [reader(node) for node in nodes if not isinstance(node, FRESH)]
    if not readers:
        return None
    return lambda frame: [access for read in readers for access in _items(read(frame), mode)]


def exit_probe(node: Any) -> Probe | None:
    """Return a probe for entering or leaving a `with`: only semaphores and executors matter."""
    if node is None:
        return None
    items = node.items if isinstance(node, ast.With) else [node]
    readers = [reader(item.context_expr) for item in items]

    def probe(frame: FrameType) -> list[Access]:
        found = [read(frame) for read in readers]
        return [((SYNC, id(value), ""), WRITE) for value in found if is_signalling(value)]

    return probe


def call_probe(node: ast.Call, file: str) -> Probe:
    """Return a probe for a call; `file` is the program's, whose functions have points inside."""
    arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
    given = [reader(argument) for argument in arguments if not isinstance(argument, FRESH)]
    function = reader(node.func)
    base, name = None, ""
    if isinstance(node.func, ast.Attribute):
        base, name = reader(node.func.value), node.func.attr

    def probe(frame: FrameType) -> list[Access]:
        if base is not None:
            owner = base(frame)
            if not is_module(owner):
                return _method(owner, name, file, [read(frame) for read in given])
        return _function(function(frame), file, [read(frame) for read in given])

    return probe


def _method(owner: object, name: str, file: str, given: list[object]) -> list[Access]:
    if owner is UNKNOWN:
        return [] if name in READING else [((ITEMS, ANY, ""), WRITE), ((SYNC, ANY, ""), WRITE)]
    found = vars(owner).get(name) if hasattr(owner, "__dict__") else None
    found = found if found is not None else getattr(type(owner), name, None)
    if _is_own(found, file):
        return []
    if is_signalling(owner):
        if name in SILENT:
            return []
        return [((SYNC, id(owner), ""), READ if name in LOOKS else WRITE)]
    passed = [access for value in given for access in _items(value, READ)]
    if isinstance(owner, threading.Condition | _Recorded):
        return []
    return passed + _items(owner, READ if name in READING else WRITE)


def _function(function: object, file: str, given: list[object]) -> list[Access]:
    if _is_own(function, file):
        return []
    return _foreign(function, given) if function is not UNKNOWN else [((ITEMS, ANY, ""), WRITE)]


def _foreign(function: object, given: list[object]) -> list[Access]:
    """Return what a call of a function touches that is not the program's."""
    reads = [access for value in given for access in _items(value, READ)]
    if function is builtins.print:
        return [PRINTED, *reads]
    if isinstance(function, type) or getattr(function, "__name__", "") in READERS:
        return reads
    owner = getattr(function, "__self__", None)
    if is_signalling(owner):
        return [((SYNC, id(owner), ""), WRITE)]
    if getattr(function, "__module__", "") == "logging":
        return [PRINTED, *reads]
    if owner is not None and not is_module(owner):
        return reads + _items(owner, WRITE)
    return [access for value in given for access in _items(value, WRITE)]


def _is_own(function: Any, file: str) -> bool:
    """Return whether a function or class is defined in the program's file."""
    function = getattr(function, "__func__", function)
    if isinstance(function, type):
        return function.__module__ == "__main__"
    code = getattr(function, "__code__", None)
    return code is not None and code.co_filename == file


def _items(value: object, mode: str) -> list[Access]:
    if value is UNKNOWN:
        return [((ITEMS, ANY, ""), mode)]
    if is_plain(value):
        return []
    if isinstance(value, tuple):
        return [access for each in value for access in _items(each, mode)] if mode == READ else []
    if type(value).__module__ == "__main__" and not isinstance(value, list | dict | set | deque):
        return []  # its methods are the program's, and have points of their own
    return [((ITEMS, id(value), ""), mode)]
