"""What machines have, and what programs need of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.machines import ANYWHERE, Machine, Needs, this_machine
from webapp.engine.program import Program
from webapp.engine.runner import Unreachable

MACHINE = Machine("any", 4, "3.13.1", "CPython", True, ("fork", "spawn"))


def test_every_machine_meets_empty_needs() -> None:
    assert MACHINE.meets(ANYWHERE)
    assert this_machine().meets(ANYWHERE)


@pytest.mark.parametrize(
    ("needs", "met"),
    [
        (Needs(cores=4), True),
        (Needs(cores=5), False),
        (Needs(python="3.9"), True),
        (Needs(python="3.13"), True),
        (Needs(python="3.13.2"), False),
        (Needs(python="3.14"), False),
        (Needs(free_threaded=True), False),
        (Needs(start_method="spawn"), True),
        (Needs(start_method="forkserver"), False),
        (Needs(cores=2, python="4"), False),
    ],
)
def test_all_of_the_needs_must_be_met(needs: Needs, met: bool) -> None:
    assert MACHINE.meets(needs) is met


def test_a_prerelease_of_python_counts_as_its_version() -> None:
    early = replace(MACHINE, python="3.14.0rc1+", gil=False)
    assert early.meets(Needs(python="3.14", free_threaded=True))
    assert not early.meets(Needs(python="3.15"))


def test_the_engine_has_one_machine_which_it_runs_on(runner: EmbeddedRunner) -> None:
    [machine] = runner.machines()
    assert machine == this_machine()
    assert "spawn" in machine.start_methods


def test_the_engine_refuses_what_its_machine_cannot_run(runner: EmbeddedRunner) -> None:
    with pytest.raises(Unreachable):
        runner.start(Program(Path(__file__), needs=Needs(cores=1000)))
