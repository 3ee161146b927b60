"""What the program prints, and what does not pass its streams, stand in the order of writing."""

from __future__ import annotations

import time

import pytest

from tests.engine.conftest import Run
from tests.engine.running import texts
from webapp.engine.slots import Slot

LATE = 0.4
"""Seconds that the engine may come late on a machine with much to do."""


def test_the_order_stands_even_if_the_engine_comes_late(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    unread = Slot.unread

    def late(slot: Slot, output: str) -> int:
        time.sleep(LATE)
        return unread(slot, output)

    monkeypatch.setattr(Slot, "unread", late)
    recording = run("""
        import os
        for number in range(2):
            print("printed", number)
            os.write(1, b"written\\n")
    """)
    assert texts(recording) == ["printed 0", "written", "printed 1", "written"]


def test_a_program_that_writes_all_the_time_holds_no_line_up(run: Run) -> None:
    recording = run("""
        import subprocess, time
        other = subprocess.Popen(["sh", "-c", "while :; do echo y; done"])
        time.sleep(0.05)
        began = time.monotonic()
        for number in range(20):
            print("mine", number, flush=True)
            time.sleep(0.001)
        took = time.monotonic() - began
        other.kill()
        other.wait()
        print(took)
    """)
    assert recording.exit_code == 0
    assert float(texts(recording)[-1]) < 2
