"""Check that programs do not notice the recorder, with CPython's own tests as programs.

    python tools/conformance.py [MODULE …]

Runs test modules of this interpreter plain and recorded, and prints how many tests of each passed.
Some distributions of Python leave out its tests.
"""

import json
import re
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = (
    "test_queue",
    "test_sched",
    "test_thread",
    "test_threadedtempfile",
    "test_threading_local",
    "test_contextlib",
    "test_traceback",
    "test_asyncio.test_base_events",
    "test_asyncio.test_events",
    "test_asyncio.test_locks",
    "test_asyncio.test_queues",
    "test_asyncio.test_runners",
    "test_asyncio.test_streams",
    "test_asyncio.test_taskgroups",
    "test_asyncio.test_tasks",
    "test_asyncio.test_timeouts",
    "test_concurrent_futures",
    "test_multiprocessing_fork",
)
SECONDS = 900
SUMMARY = re.compile(r"^Ran (\d+) tests?.*?^(OK|FAILED)(?: \((.*?)\))?$", re.DOTALL | re.MULTILINE)

PROGRAM = """
import sys, unittest

def main(module: str = "") -> None:
    unittest.main(module, argv=["test"], verbosity=0)


if __name__ == "__main__":
    main()
"""


def main() -> int:
    """Print a line for each module; return 1 if a result differs, 2 if there are no tests."""
    if find_spec("test.support") is None:
        print("this Python comes without its tests", file=sys.stderr)
        return 2
    different = 0
    for name in sys.argv[1:] or MODULES:
        if find_spec(f"test.{name}") is None:
            continue
        plain, recorded = (run(f"test.{name}", recorded=recorded) for recorded in (False, True))
        different += plain != recorded
        print(f"{name:28} plain: {plain:40} recorded: {recorded}", flush=True)
    return 1 if different else 0


def run(module: str, *, recorded: bool) -> str:
    """Run the module's tests; return their summary."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.py"
        path.write_text(PROGRAM.replace('module: str = ""', f"module: str = {module!r}"))
        command = ["-m", "webapp.engine", "--timeout", str(SECONDS)] if recorded else []
        ended = subprocess.run(
            [sys.executable, *command, path], cwd=ROOT, capture_output=True, text=True, check=False
        )
    printed = transcript(ended.stdout) if recorded else ended.stderr
    found = SUMMARY.search(printed)
    return f"{found[1]} tests, {found[2]} {found[3] or ''}".strip() if found else "no summary"


def transcript(events: str) -> str:
    """Return what the program printed, from the events as JSON lines."""
    read = map(json.loads, events.splitlines())
    return "".join(event["text"] for event in read if event.get("kind") == "printed")


if __name__ == "__main__":
    sys.exit(main())
