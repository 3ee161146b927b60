"""What `python PROGRAM.py`, `python -m MODULE` and `python -c CODE` run.

That is the code, the `__main__` that it runs in, and the exit code after it.
"""

from __future__ import annotations

import builtins
import linecache
import os
import signal
import sys
from importlib.machinery import BuiltinImporter, SourceFileLoader
from types import CodeType, ModuleType
from typing import Any

from webapp.engine.events import Kind
from webapp.engine.recorder import channel, tracebacks
from webapp.engine.request import Request

ENDED = Kind.ENDED  # until Python 3.12 it takes long to find it


def compile_entry(request: Request, text: str | bytes) -> CodeType:
    """Return the program's code; `text` is that of a file. Raises what compiling raises.

    The packages of a module are imported. Raises what they raise.
    """
    if not request.module and request.code is None:
        return compile(text, request.path, "exec", dont_inherit=True)
    option = "-m" if request.module else "-c"
    sys.argv[:] = [option, *request.arguments]
    # The launcher's own arguments end with its flags, `-c` and the code.
    sys.orig_argv[-2:] = [option, request.module or request.code or "", *request.arguments]
    if not sys.flags.safe_path:
        sys.path[0:0] = [os.getcwd() if request.module else ""]  # noqa: PTH109  (a search loads no pathlib)
    if request.code is not None:
        # Objects are named by the lines of their assignments, which there is no file to read from.
        lines = request.code.splitlines(keepends=True)
        linecache.cache[request.path] = (len(request.code), None, lines, request.path)
        return compile(request.code, request.path, "exec", dont_inherit=True)
    *_, code = _details(request.module)
    sys.argv[0] = request.path
    return code  # type: ignore[no-any-return]


def make_main(request: Request) -> ModuleType:
    """Return a `__main__` like the interpreter's, after `compile_entry`.

    Spawned children find a program by its path, and a module by the name in its `__spec__`. They
    import no `-c` code.
    """
    if not request.module and request.code is None:
        return _make_main_of_file(request)
    main = ModuleType("__main__")
    vars(main).update(given_names())
    if request.code is not None:
        main.__loader__ = BuiltinImporter
    else:
        _, spec, _ = _details(request.module)
        main.__spec__, main.__loader__, main.__package__ = spec, spec.loader, spec.parent
        main.__file__ = spec.origin
        vars(main)["__cached__"] = spec.cached
    sys.modules["__main__"] = main
    return main


def _details(module: str) -> Any:
    import runpy  # noqa: PLC0415  (few runs need it)

    return runpy._get_module_details(module)  # type: ignore[attr-defined]


def execute(code: CodeType, names: dict[str, object]) -> int:
    """Run code with the names of a `__main__`, and return its exit code."""
    try:
        exec(code, names)
    except BaseException as error:
        return judge(error)
    return judge(None)


def given_names() -> dict[str, object]:
    """Return the names that the interpreter gives to every `__main__`, beside a module's."""
    # Since Python 3.14, annotations are evaluated when they are needed.
    annotations: dict[str, object] = {"__annotations__": {}} if sys.version_info < (3, 14) else {}
    return {"__builtins__": builtins, **annotations}


def _make_main_of_file(request: Request) -> ModuleType:
    main = ModuleType("__main__")
    main.__file__ = request.path
    main.__loader__ = SourceFileLoader("__main__", request.path)
    vars(main).update(given_names(), __cached__=None)
    sys.modules["__main__"] = main
    sys.argv[:] = [request.name, *request.arguments]
    # The launcher's own arguments end with its flags, `-c` and the code.
    sys.orig_argv[-2:] = sys.argv
    if not sys.flags.safe_path:
        sys.path[0:0] = [request.folder]
    return main


def judge(error: BaseException | None) -> int:
    """Return the exit code after an exception; print it as the interpreter does."""
    try:
        if error is None:
            return 0
        if isinstance(error, SystemExit):
            return _exit_code(error.code)
        tracebacks.report(error)
        sys.excepthook(type(error), error, error.__traceback__)
        return -signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1
    finally:
        channel.emit(ENDED)


def _exit_code(given: object) -> int:
    """Return the interpreter's exit code after `sys.exit(given)`."""
    if given is None:
        return 0
    if isinstance(given, int):
        return given & 0xFF
    print(given, file=sys.stderr)
    return 1
