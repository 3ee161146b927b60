"""Print all measurements and the machine that they were made on: `make bench [ARGS=name …]`."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable

from bench import memory, pages, runs, stream
from bench.table import Row

MEASUREMENTS: dict[str, Callable[[], list[Row]]] = {
    "runs": runs.measure,
    "stream": stream.measure,
    "memory": memory.measure,
    "pages": pages.measure,
}


def main(names: list[str]) -> int:
    """Measure what is named, or everything."""
    if unknown := set(names) - set(MEASUREMENTS):
        print(f"no such measurement: {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}")
        return 2
    print(f"{machine()}\n")
    print("| what | Movazi | compared with | | ratio |")
    print("|---|--:|---|--:|--:|")
    for name in names or MEASUREMENTS:
        for row in MEASUREMENTS[name]():
            print(row, flush=True)
    return 0


def machine() -> str:
    """What was measured on."""
    load = os.getloadavg()[0]
    return (
        f"{platform.system()} {platform.release()}, {platform.machine()}, {os.cpu_count()} cores, "
        f"{platform.python_implementation()} {platform.python_version()}, load {load:.1f}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
