"""How long 30 runs at once take, compared with 30 × one run and with 30 interpreters.

The demo sleeps a second. Measured on the real server over loopback, as in `stream`, from the press
of the button to the end of the answer.
"""

from __future__ import annotations

import http.client
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

from bench.stream import served
from bench.table import Row
from webapp.engine.program import with_parameters
from webapp.lessons.folders import TOPICS
from webapp.lessons.values import Value
from webapp.pages.addresses import REPEAT
from webapp.pages.repeat.running import RUNS

DEMO = TOPICS / "lock/demos/lock_around_the_message.py"
ADDRESS = "/en/threads/lock/lock-around-the-message"
VALUES: dict[str, Value] = {"thread_count": 3, "sleep_seconds": 1.0}
TIMES = 5


def measure() -> list[Row]:
    """Press × 30 and wait for the end; press Run and wait; start 30 interpreters and wait."""
    with served() as port:
        _answered(port, ADDRESS)  # warm up: the first request loads modules
        own = [_answered(port, ADDRESS + REPEAT) for _ in range(TIMES)]
        in_turn = [RUNS * _answered(port, ADDRESS) for _ in range(TIMES)]
    plain = [_plain() for _ in range(TIMES)]
    what = f"× {RUNS} of a demo that sleeps 1 s"
    return [
        Row(what, own, f"{RUNS} × one run", in_turn, "s"),
        Row(what, own, f"{RUNS} `python DEMO.py` at once", plain, "s"),
    ]


def _answered(port: int, address: str) -> float:
    """Press the button; return the seconds until the answer ends."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "HX-Request": "true",
        "Accept": "text/html, text/event-stream",
    }
    connection.request("POST", address, urlencode(VALUES), headers)
    connection.getresponse().read()
    connection.close()
    return time.perf_counter() - began


def _plain() -> float:
    """Return the seconds until RUNS interpreters have run the demo with the same values."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / DEMO.name
        program.write_text(with_parameters(DEMO.read_text(encoding="utf-8"), VALUES))
        began = time.perf_counter()
        programs = [
            subprocess.Popen([sys.executable, program], stdout=subprocess.DEVNULL)
            for _ in range(RUNS)
        ]
        for started in programs:
            started.wait()
        return time.perf_counter() - began
