"""Stops a program before each step that touches what threads can share.

Until Python 3.11 this takes a trace function in each thread. From 3.12 on `sys.monitoring` does it
for the program's code objects only; there a trace function misses the first call of each function.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

from webapp.engine.directed.points import Points, Table
from webapp.engine.directed.scheduler import Scheduler

MONITORS = sys.version_info >= (3, 12)
TOOL = 3
"""Of sys.monitoring: one that no debugger, profiler or coverage has."""

Begin = Callable[[], None]
Watch = Callable[[FrameType], None]

NO_PROBES: Table = {}


def trace(scheduler: Scheduler, points: Points, watch: Watch | None = None) -> Begin:
    """Trace the program from now on; return what each of its threads calls first.

    A thread must call it again when it starts another one: a worker that is alone is not traced,
    unless `watch` is given. Tracing slows down all that it calls, too.

    `watch` is called with the frame before each instruction, by the worker that has the turn. Two
    tools of sys.monitoring cannot both have it: the second one takes it from the first.
    """
    if MONITORS:
        _monitor(scheduler, points, watch)
        return lambda: None
    tracer = _tracer(scheduler, points, watch)
    return lambda: _begin(tracer)


def _begin(tracer: Callable[..., Any]) -> None:
    """Trace the calling thread from now on, in the functions that it has entered before, too."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        if frame.f_trace is None and (step := tracer(frame, "call", None)):
            frame.f_trace = step
        frame = frame.f_back
    sys.settrace(tracer)


def _monitor(scheduler: Scheduler, points: Points, watch: Watch | None) -> None:
    monitoring: Any = vars(sys)["monitoring"]
    tables = points.tables

    def step(code: CodeType, offset: int) -> object:
        probe = tables.get(id(code), NO_PROBES).get(offset)
        if probe is None and watch is None:
            return monitoring.DISABLE
        frame = sys._getframe(1)
        if probe is not None and not scheduler.alone and (touched := probe(frame)):
            scheduler.point(touched)
        if watch:
            watch(frame)
        return None

    monitoring.use_tool_id(TOOL, "schedule")
    monitoring.register_callback(TOOL, monitoring.events.INSTRUCTION, step)
    for code in points.codes:
        if watch or id(code) in tables:
            monitoring.set_local_events(TOOL, code, monitoring.events.INSTRUCTION)


def _tracer(scheduler: Scheduler, points: Points, watch: Watch | None) -> Callable[..., Any]:
    tables = points.tables

    def enter(frame: FrameType, event: str, arg: object) -> Any:
        if scheduler.alone and not watch:
            sys.settrace(None)
            return None
        code = frame.f_code
        table = tables.get(id(code), NO_PROBES)
        if table is NO_PROBES and not (watch and points.is_own(code)):
            return None
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        has_cells = bool(code.co_cellvars or code.co_freevars)

        def step(frame: FrameType, event: str, arg: object) -> Any:
            if event == "opcode":
                probe = table.get(frame.f_lasti)
                if scheduler.alone:
                    if not watch:
                        sys.settrace(None)
                elif probe is not None and (touched := probe(frame)):
                    scheduler.point(touched)
                    if has_cells:
                        # After this the interpreter writes the cells back as it knows them; others
                        # may have changed them meanwhile.
                        frame.f_locals  # noqa: B018
                if watch:
                    watch(frame)
            return step

        return step

    return enter
