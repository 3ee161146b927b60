"""What proves a run: which machine it was made on, and by which Python."""

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
    """Its runs are made on a machine of this name."""

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
    """The receipt of a run that is kept, as its page shows it."""
    page = client.get(f"/{language}/runs/{RUN}").text
    return dict(ROW.findall(page.split('<details class="receipt">')[1].partition("</dl>")[0]))


def test_it_names_the_machine_where_it_has_a_name(
    client: FlaskClient, runner: MachineRunner
) -> None:
    runner.host = "lab-1"
    client.post(HELLO, data=GOOD)
    name = '<code dir="ltr">lab-1</code>'
    assert receipt(client, "en")["Name of the machine"] == name
    assert receipt(client, "fa")["نام ماشین"] == name
    assert client.get(f"/runs/{RUN}.json").get_json()["receipt"]["host"] == "lab-1"


def test_else_there_is_no_such_row(client: FlaskClient) -> None:
    client.post(HELLO, data=GOOD)
    assert "Name of the machine" not in receipt(client, "en")
    assert receipt(client, "en")["Machine"] == '<code dir="ltr">any</code>'


@pytest.mark.parametrize(
    ("free_threaded", "told"),
    [(True, "CPython 3.14.0, free-threaded"), (False, "CPython 3.14.0")],
)
def test_it_tells_whether_there_was_a_global_interpreter_lock(
    client: FlaskClient, runner: MachineRunner, free_threaded: bool, told: str
) -> None:
    runner.free_threaded = free_threaded
    client.post(HELLO, data=GOOD)
    assert receipt(client, "en")["Python"] == f'<code dir="ltr">{told}</code>'
    assert f"({told}, cores: 2)" in client.get(f"/en/runs/{RUN}").text
    kept = client.get(f"/runs/{RUN}.json").get_json()
    assert kept["receipt"]["free_threaded"] is free_threaded
