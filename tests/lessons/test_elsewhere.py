"""The runs that were made on another machine are runs of today's demos, and their claims hold."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from tests.lessons.demos import DEMOS
from webapp.engine.machines import this_machine
from webapp.engine.packing import unpack
from webapp.engine.recording import Outcome
from webapp.lessons.topic import Demo

RUNS = [
    pytest.param(demo, name, id=f"{full_name} {name}".strip())
    for full_name, demo in DEMOS
    for name in demo.runs_elsewhere
]


@pytest.mark.parametrize(("demo", "name"), RUNS)
def test_each_run_made_elsewhere_is_of_a_machine_that_meets_its_needs(
    demo: Demo, name: str
) -> None:
    """To make them anew: `python -m tools.elsewhere` with a Python that the demo can run on."""
    recording = unpack(demo.elsewhere(name).read_bytes())
    assert recording.outcome is Outcome.FINISHED
    assert recording.receipt.source_sha256 == hashlib.sha256(demo.source.encode()).hexdigest()
    receipt = recording.receipt
    machine = replace(this_machine(), cores=receipt.cores, python=receipt.python)
    needs = demo.runs_elsewhere[name]
    assert replace(machine, gil=not receipt.free_threaded).meets(needs)
    found = {claim.name: claim.measure(recording, demo.defaults).holds for claim in demo.claims}
    assert False not in found.values(), found
    assert True in found.values()


def test_there_is_no_other_run_made_elsewhere() -> None:
    wanted = {demo.elsewhere(name) for _, demo in DEMOS for name in demo.runs_elsewhere}
    folders = {demo.elsewhere().parent for _, demo in DEMOS}
    assert {file for folder in folders for file in folder.glob("*")} == wanted
