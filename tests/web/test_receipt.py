"""The receipt of a run has its machine and its Python."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pytest
from flask.testing import FlaskClient

from tests.web.scripted import GOOD, HELLO, NamedRunner
from webapp.engine.recording import Recording

RUN = "------------run1"
ROW = re.compile(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", re.S)


@dataclass
class MachineRunner(NamedRunner):
    """Its runs have a machine with this name."""

    host: str = ""
    free_threaded: bool = False

    def recording(self, run: str) -> Recording:
        found = super().recording(run)
        receipt = replace(
            found.receipt, python="3.14.0", host=self.host, free_threaded=self.free_threaded
        )
        return replace(found, receipt=receipt)


@pytest.fixture
def runner() -> MachineRunner:
    return MachineRunner()


def receipt(client: FlaskClient, language: str) -> dict[str, str]:
    """Return the receipt of a stored run from its page."""
    page = client.get(f"/{language}/runs/{RUN}").text
    return dict(
        ROW.findall(page.split('<details class="receipt" name="layers">')[1].partition("</dl>")[0])
    )


def test_a_receipt_has_the_machines_name_if_there_is_one(
    client: FlaskClient, runner: MachineRunner
) -> None:
    runner.host = "lab-1"
    client.post(HELLO, data=GOOD)
    name = '<code dir="ltr">lab-1</code>'
    assert receipt(client, "en")["Name of the machine"] == name
    assert receipt(client, "fa")["نام ماشین"] == name
    assert client.get(f"/runs/{RUN}.json").get_json()["receipt"]["host"] == "lab-1"


def test_a_receipt_without_a_machines_name_has_no_such_row(client: FlaskClient) -> None:
    client.post(HELLO, data=GOOD)
    assert "Name of the machine" not in receipt(client, "en")
    assert receipt(client, "en")["Machine"] == '<code dir="ltr">any</code>'


@pytest.mark.parametrize(
    ("free_threaded", "lock"),
    [(True, "CPython 3.14.0, free-threaded"), (False, "CPython 3.14.0")],
)
def test_a_receipt_says_whether_there_was_a_global_interpreter_lock(
    client: FlaskClient, runner: MachineRunner, free_threaded: bool, lock: str
) -> None:
    runner.free_threaded = free_threaded
    client.post(HELLO, data=GOOD)
    assert receipt(client, "en")["Python"] == f'<code dir="ltr">{lock}</code>'
    assert f"({lock}, cores: 2)" in client.get(f"/en/runs/{RUN}").text
    kept = client.get(f"/runs/{RUN}.json").get_json()
    assert kept["receipt"]["free_threaded"] is free_threaded
