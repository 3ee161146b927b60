"""Records a whole program, with all of its processes, by the engine. It needs Linux."""

from __future__ import annotations

import argparse
import gc
import os
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NoReturn

from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.leaving import end_threads
from webapp.engine.limits import UNLIMITED
from webapp.engine.recording import Outcome, Recording
from webapp.engine.surroundings import Surroundings
from webapp.recording.interrupts import Interrupts
from webapp.recording.page_file import PageFile
from webapp.recording.ran import Ran
from webapp.recording.shortage import explain
from webapp.recording.source import Refused, Target
from webapp.recording.terminal import Terminal, inform
from webapp.recording.written import form_for, put


def record_whole(command: argparse.Namespace, target: Target) -> int:
    """Run the program, and write what it did. Return its exit code. Raises Refused."""
    with PageFile(command.output, target.program.path) as file:
        form, terminal = form_for(command), Terminal()
        with closing(_runner(command, terminal)) as runner:
            run = runner.start(replace(target.program, slow_motion=command.lines))
            with Interrupts(partial(_end, runner, run, terminal)) as interrupts:
                # The program runs meanwhile.
                from webapp.lessons.text import DEFAULT_LANGUAGE  # noqa: PLC0415
                from webapp.pages.texts.wording import load_wording  # noqa: PLC0415
                from webapp.recording.answer import tell  # noqa: PLC0415

                say, write = load_wording(command.language or DEFAULT_LANGUAGE), form.load()
                gc.freeze()
                gc.enable()
                ran = _ran(target, _followed(runner, run, interrupts))
                gc.disable()  # with a hundred thousand steps it takes a third of the time
                written = write(say, ran)
                terminal.end_line()
                if not command.quiet and (answer := tell(say, ran.recording, ran.standing)):
                    inform(answer)
                return put(file, written, command, ran.recording)


def leave(code: int) -> NoReturn:
    """End this process; `code` is its exit code.

    To free the memory of 100,000 steps takes the interpreter 50 ms. The kernel frees it at once.
    """
    os._exit(end_threads(code))


def _ran(target: Target, recording: Recording) -> Ran:
    program = target.program
    return Ran(
        program.path, program.arguments, target.source, recording, target.words, target.folder
    )


def _runner(command: argparse.Namespace, terminal: Terminal) -> EmbeddedRunner:
    """Return a runner that runs the program as a shell would. Raises Refused."""
    around = Surroundings(
        environment=os.environ,
        work=Path.cwd(),
        stdin=sys.stdin.fileno() if sys.stdin else subprocess.DEVNULL,
        output=terminal.write,
        inherits=True,
        forks=command.alone,
        slow_motion=command.lines,
    )
    try:
        return EmbeddedRunner(replace(UNLIMITED, soft_deadline=command.timeout), around)
    except OSError as error:
        raise Refused(f"the recorder cannot begin: {explain(error) or error}") from None


def _end(runner: EmbeddedRunner, run: str, terminal: Terminal) -> None:
    terminal.give_up()
    runner.cancel(run)


def _followed(runner: EmbeddedRunner, run: str, interrupts: Interrupts) -> Recording:
    """Wait for the end of the run; return its recording."""
    begun = False
    for events in runner.follow(run):
        # The main process speaks first, and leads the group of its run.
        if not begun and (pids := [event.pid for event in events if event.pid]):
            begun = True
            interrupts.begin(pids[0])
    recording = runner.recording(run)
    assert recording is not None  # follow() ends when the run is over
    never_begun = not recording.receipt.source_sha256
    if never_begun and recording.outcome in (Outcome.LOST, Outcome.FAILED):
        raise Refused(f"the program could not be started: {recording.detail or 'see above'}")
    if interrupts.count and recording.outcome is Outcome.FAILED:
        return replace(recording, outcome=Outcome.CANCELLED)
    return recording
