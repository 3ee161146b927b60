"""The runs that were made on another machine are runs of today's demos, and their claims hold."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from tests.lessons.demos import DEMOS
from webapp.engine.machines import ANYWHERE, this_machine
from webapp.engine.packing import unpack
from webapp.engine.recording import Outcome
from webapp.lessons.topic import Demo

WITH_NEEDS = [pytest.param(demo, id=name) for name, demo in DEMOS if demo.needs != ANYWHERE]


@pytest.mark.parametrize("demo", WITH_NEEDS)
def test_each_demo_with_needs_has_a_run_of_a_machine_that_meets_them(demo: Demo) -> None:
    """To make them anew: `python -m tools.elsewhere` with a Python that the demo can run on."""
    recording = unpack(demo.elsewhere.read_bytes())
    assert recording.outcome is Outcome.FINISHED
    assert recording.receipt.source_sha256 == hashlib.sha256(demo.source.encode()).hexdigest()
    receipt = recording.receipt
    machine = replace(this_machine(), cores=receipt.cores, python=receipt.python)
    assert replace(machine, gil=not receipt.free_threaded).meets(demo.needs)
    found = {claim.name: claim.measure(recording, demo.defaults).holds for claim in demo.claims}
    assert False not in found.values(), found
    assert True in found.values()


def test_only_demos_with_needs_have_such_a_run() -> None:
    assert not [name for name, demo in DEMOS if demo.needs == ANYWHERE and demo.elsewhere.exists()]
