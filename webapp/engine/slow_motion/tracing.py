"""Stops the program at its points, from the first line on, in all of its threads and children.

Until Python 3.11 this takes a trace function in each thread. From 3.12 on `sys.monitoring` does it
for the program's code objects only. A program that sets a trace function of its own ends slow
motion, and that is reported: there can be one only, and `sys.monitoring` loses instructions beside
one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from webapp.engine.events import Kind
from webapp.engine.recorder import channel
from webapp.engine.slow_motion import between
from webapp.engine.slow_motion.sites import Sites
from webapp.engine.slow_motion.stepper import Stepper
from webapp.engine.touches import TRACED

MONITORS = sys.version_info >= (3, 12)
TOOL = 3
"""Of sys.monitoring: one that no debugger, profiler or coverage has."""

Watch = Callable[[FrameType], None]
"""To be called with a frame of the program before each of its instructions."""


class SlowMotion:
    """Slow motion of one program, prepared to begin."""

    def __init__(self, text: str | bytes, path: str) -> None:
        """`text` is the source of the program at `path`. Raises SyntaxError."""
        self._sites = Sites(text, path)

    def begin(self) -> None:
        """Record the program's lines from now on."""
        stepper = self._install()
        if MONITORS:
            _monitor(self._sites, stepper)
        else:
            _trace(self._sites, stepper, _watch(self._sites, stepper))

    def watched(self) -> Watch:
        """Record the lines of a program that the caller stops before each of its instructions."""
        return _watch(self._sites, self._install())

    def _install(self) -> Stepper:
        stepper = Stepper()
        between.tell(stepper.note)
        os.register_at_fork(after_in_child=stepper.forget_others)
        channel.call_before_events(stepper.flush)
        return stepper


def begin_child() -> None:
    """Record the lines of this interpreter, which was started for a child of the program."""
    path = channel.program()
    with suppress(OSError, SyntaxError):  # the program's text is no file, or is changed
        SlowMotion(Path(path).read_bytes(), path).begin()


def _watch(sites: Sites, stepper: Stepper) -> Watch:
    def watch(frame: FrameType) -> None:
        table = sites.table(frame.f_code)
        point = table.get(frame.f_lasti) if table is not None else None
        if point is not None:
            stepper.at(frame, point)

    return watch


def _monitor(sites: Sites, stepper: Stepper) -> None:
    monitoring: Any = vars(sys)["monitoring"]
    events = monitoring.events

    def start(code: CodeType, offset: int) -> object:
        if not stepper.stopped and sites.table(code) is not None:
            monitoring.set_local_events(TOOL, code, events.INSTRUCTION)
        return monitoring.DISABLE

    def step(code: CodeType, offset: int) -> object:
        table = sites.table(code)
        point = table.get(offset) if table is not None and not stepper.stopped else None
        if point is None:
            return monitoring.DISABLE
        stepper.at(sys._getframe(1), point)
        return None

    def before(kind: Kind) -> None:
        if sys.gettrace() is not None:
            stepper.stop(TRACED)
        stepper.flush(kind)

    channel.call_before_events(before)
    monitoring.use_tool_id(TOOL, "slow motion")
    monitoring.register_callback(TOOL, events.PY_START, start)
    monitoring.register_callback(TOOL, events.INSTRUCTION, step)
    monitoring.set_events(TOOL, events.PY_START)


def _trace(sites: Sites, stepper: Stepper, watch: Watch) -> None:
    def enter(frame: FrameType, event: str, arg: object) -> Any:
        if stepper.stopped:
            sys.settrace(None)
            return None
        code = frame.f_code
        if sites.table(code) is None:
            return None
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        return step_with_cells if code.co_cellvars or code.co_freevars else step

    def step(frame: FrameType, event: str, arg: object) -> Any:
        if stepper.stopped:
            sys.settrace(None)  # a loop that goes on for long has its full speed again
            return None
        if event == "opcode":
            watch(frame)
        return step

    def step_with_cells(frame: FrameType, event: str, arg: object) -> Any:
        if stepper.stopped:
            sys.settrace(None)
        elif event == "opcode":
            watch(frame)
        # After this the interpreter writes the cells back as it knows them: others may have changed
        # them meanwhile.
        frame.f_locals  # noqa: B018
        return step_with_cells

    def before(kind: Kind) -> None:
        now = sys.gettrace()
        if kind is Kind.STARTED and now is None and not stepper.stopped:
            sys.settrace(enter)
        elif now is not enter and now is not None:
            stepper.stop(TRACED)
        stepper.flush(kind)

    channel.call_before_events(before)
    sys.settrace(enter)
