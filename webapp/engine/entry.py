"""What `python -m MODULE` and `python -c CODE` run, and the `__main__` that they run it in.

`main_process` itself does what `python PROGRAM.py` does.
"""

from __future__ import annotations

import builtins
import linecache
import runpy
import sys
from importlib.machinery import BuiltinImporter
from pathlib import Path
from types import CodeType, ModuleType

from webapp.engine.program import CODE
from webapp.engine.wire import Request


def compile_entry(request: Request) -> CodeType:
    """Return the program's code. Imports the packages of a module. Raises what they raise."""
    option = "-m" if request.module else "-c"
    sys.argv[:] = [option, *request.arguments]
    # The launcher's own arguments end with its flags, `-c` and the code.
    sys.orig_argv[-2:] = [option, request.module or request.code or "", *request.arguments]
    if not sys.flags.safe_path:
        sys.path[0:0] = [str(Path.cwd()) if request.module else ""]
    if request.code is not None:
        # Objects are named by the lines of their assignments, which there is no file to read from.
        lines = request.code.splitlines(keepends=True)
        linecache.cache[CODE] = (len(request.code), None, lines, CODE)
        return compile(request.code, CODE, "exec", dont_inherit=True)
    *_, code = runpy._get_module_details(request.module)  # type: ignore[attr-defined]
    sys.argv[0] = request.path
    return code  # type: ignore[no-any-return]


def make_main(request: Request) -> ModuleType:
    """Return a `__main__` like the interpreter's, after `compile_entry`.

    Spawned children find a module by the name in its `__spec__`, and import no `-c` code.
    """
    main = ModuleType("__main__")
    vars(main).update(given_names())
    if request.code is not None:
        main.__loader__ = BuiltinImporter
    else:
        _, spec, _ = runpy._get_module_details(request.module)  # type: ignore[attr-defined]
        main.__spec__, main.__loader__, main.__package__ = spec, spec.loader, spec.parent
        main.__file__ = spec.origin
        vars(main)["__cached__"] = spec.cached
    sys.modules["__main__"] = main
    return main


def given_names() -> dict[str, object]:
    """Return the names that the interpreter gives to every `__main__`, beside a module's."""
    # Since Python 3.14, annotations are evaluated when they are needed.
    annotations: dict[str, object] = {"__annotations__": {}} if sys.version_info < (3, 14) else {}
    return {"__builtins__": builtins, **annotations}
