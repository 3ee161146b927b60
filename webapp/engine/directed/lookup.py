"""Looks up, without running anything of the program, what an expression's value is.

A name's value is looked up in a frame, an attribute's in its object's dictionary, and an item's in
a list, tuple or dictionary. Everything else is UNKNOWN, which may be any object.
"""

from __future__ import annotations

import ast
import builtins
import types
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import FrameType

Reader = Callable[[FrameType], object]

NEW = {"range", "sorted", "list", "tuple", "set", "dict", "len", "sum", "min", "max", "str", "int"}
"""Functions of `builtins` whose results nobody else has yet."""

LAZY = {"enumerate", "zip", "reversed", "map", "filter", "iter"}
"""Those whose results read their arguments later."""

UNKNOWN = object()
"""A value that cannot be told without running something."""

class_names = vars(type)["__dict__"].__get__
"""Returns the attributes of a class itself: its metaclass may have a `__dict__` of its own."""

FRESH = (
    ast.Constant, ast.JoinedStr, ast.BinOp, ast.Compare, ast.UnaryOp, ast.Lambda, ast.List,
    ast.Tuple, ast.Dict, ast.Set, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip
"""Expressions whose values nobody else has yet."""


def reader(node: ast.AST) -> Reader:  # noqa: PLR0911  (one for each kind of expression)
    """Return a function that looks up the value of an expression in a frame."""
    match node:
        case ast.Name(id=name):
            return lambda frame: _named(frame, name)
        case ast.Constant(value=value):
            return lambda frame: value
        case ast.Attribute(value=base, attr=name):
            of = reader(base)
            return lambda frame: _attribute(of(frame), name)
        case ast.Subscript(value=base, slice=index):
            of, at = reader(base), reader(index)
            return lambda frame: _item(of(frame), at(frame))
        case ast.NamedExpr(value=base):
            return reader(base)
        case ast.Call(func=ast.Name(id=name), args=given) if name in NEW | LAZY:
            return _made(name, [reader(argument) for argument in given])
        case _ if isinstance(node, FRESH):
            return lambda frame: None
    return lambda frame: UNKNOWN


def _made(name: str, given: list[Reader]) -> Reader:
    def made(frame: FrameType) -> object:
        if _named(frame, name) is not vars(builtins)[name]:
            return UNKNOWN
        return tuple(read(frame) for read in given) if name in LAZY else None

    return made


def _named(frame: FrameType, name: str) -> object:
    code = frame.f_code
    if name in (*code.co_varnames, *code.co_cellvars, *code.co_freevars):
        return frame.f_locals.get(name, UNKNOWN)
    found = frame.f_globals.get(name, UNKNOWN)
    if found is UNKNOWN:
        found = frame.f_locals.get(name, vars(builtins).get(name, UNKNOWN))
    return found


def _attribute(owner: object, name: str) -> object:
    if owner is UNKNOWN:
        return UNKNOWN
    own = _own_names(owner)
    if name in own:
        return own[name]
    for kind in type.mro(type(owner)):
        if name in class_names(kind):
            found = class_names(kind)[name]
            if type(found) is types.FunctionType:
                return types.MethodType(found, owner)
            break
    return UNKNOWN


def _own_names(owner: object) -> Mapping[str, object]:
    """Return the attributes of an object itself, past a `__getattribute__` of the program's."""
    # Not isinstance(): it asks an object for its `__class__`.
    own: Mapping[str, object] = {}
    if issubclass(type(owner), type):
        own = class_names(owner)
    else:
        with suppress(AttributeError):
            own = object.__getattribute__(owner, "__dict__")
    return own


def _item(owner: object, index: object) -> object:
    if type(owner) in (list, tuple, dict) and type(index) in (int, str):
        try:
            return owner[index]  # type: ignore[index]
        except LookupError:
            return UNKNOWN
    return UNKNOWN
