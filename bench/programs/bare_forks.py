"""The least that a run can cost: a warm interpreter forks a child, which runs the file.

Nothing is recorded, limited, stored or cleaned up. See `bench.costs` and `bench.forks`.

    python -m bench.programs.bare_forks FILE PARAMETERS COUNT
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import sys
import threading
from pathlib import Path

from webapp.engine.launcher import WARM
from webapp.engine.program import with_parameters


def main(path: str, parameters: str, count: str) -> None:
    """Run the file `count` times, one after the other; print what a run used, as JSON."""
    source = prepared(path, json.loads(parameters))
    run_once(source, path)
    before = _usage()
    for _ in range(int(count)):
        run_once(source, path)
    print(json.dumps({name: (now - before[name]) / int(count) for name, now in _usage().items()}))


def prepared(path: str, parameters: dict[str, object]) -> str:
    """Import what demos import; return the program's source with its parameters."""
    for module in WARM:
        importlib.import_module(module)
    source = with_parameters(Path(path).read_text(encoding="utf-8"), parameters)
    gc.collect()
    gc.freeze()
    return source


def run_once(source: str, path: str) -> None:
    """Fork a child, read what it prints, and wait for it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        become(source, path, writing)
    os.close(writing)
    while os.read(reading, 1 << 16):
        pass
    os.close(reading)
    os.waitpid(child, 0)


def become(source: str, path: str, output: int) -> None:
    """Run the program in this process, then exit."""
    os.dup2(output, 1)
    os.close(output)
    try:
        exec(compile(source, path, "exec"), {"__name__": "__main__", "__file__": path})
        threading._shutdown()  # type: ignore[attr-defined]
        sys.stdout.flush()
    finally:
        os._exit(0)


def _usage() -> dict[str, float]:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "cpu": sum(one.ru_utime + one.ru_stime for one in used),
        "faults": used[1].ru_minflt,
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
