"""The image is built, started as a container, used and stopped: see `container`.

`make deploy-test` runs this file; it needs Debian, root, and some minutes.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.serving import ask, wait_until
from tests.deploy.container import RUNS, SERVER, Container, Image, started
from tests.deploy.settled import stop_grace
from tests.deploy.visiting import (
    LONG,
    POOL,
    SMALL,
    START_METHODS,
    TWO_SECONDS,
    outcome,
    run_by_api,
    run_by_form,
    seconds_to_end,
)

SETPRIV = "/usr/local/libexec/movazi-setpriv"

pytestmark = pytest.mark.timeout(900)  # the first test builds the image


@pytest.fixture
def container(image: Image, tmp_path: Path) -> Iterator[Container]:
    with started(image, tmp_path) as container:
        wait_until(lambda: ask(container.port, "/healthz")[0] == 200)
        yield container


def test_the_health_check_says_whether_the_site_answers(container: Container) -> None:
    kind, *command = container.image.config["Healthcheck"]["Test"]
    assert kind == "CMD"
    assert container.run(*command, user=SERVER).returncode == 0
    for inner, pid in container.pids().items():
        if inner != 1:
            os.kill(pid, signal.SIGSTOP)
    assert container.run(*command, user=SERVER).returncode != 0


def test_the_site_is_ready_and_carries_out_the_run_of_a_form(container: Container) -> None:
    assert ask(container.port, "/readyz")[0] == 200
    with run_by_form(container.port, TWO_SECONDS) as rest:
        assert seconds_to_end(rest) > 1


def test_a_run_has_its_own_user_and_no_capabilities(container: Container) -> None:
    with run_by_api(container.port, TWO_SECONDS) as going:
        status = container.status(going.pid)
        assert set(status["Uid"].split()) == {str(RUNS)}
        assert set(status["Gid"].split()) == {str(RUNS)}
        assert set(status["Groups"].split()) <= {str(RUNS)}
        assert status["NoNewPrivs"] == "1"
        powers = ("CapInh", "CapPrm", "CapEff", "CapAmb")
        assert [int(status[name], 16) for name in powers] == [0, 0, 0, 0]
        assert going.result()["outcome"] == "finished"


@pytest.mark.parametrize("command", ["settings", "prune-runs --older-than 90d"])
def test_the_sites_commands_work_in_the_container(container: Container, command: str) -> None:
    done = container.run("flask", "--app", "wsgi", *command.split(), user=SERVER)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("method", START_METHODS)
def test_a_run_may_start_processes(container: Container, method: str) -> None:
    assert outcome(container.port, POOL, **SMALL, start_method=method) == "finished"


def test_the_server_is_not_root_either(container: Container) -> None:
    status = container.status(1)
    assert set(status["Uid"].split()) == {str(SERVER)}
    assert int(status["CapEff"], 16) == 0


@pytest.mark.parametrize(
    "command",
    ["ls /var/lib/movazi", f"{SETPRIV} true", "cat /proc/1/environ", "kill -0 1"],
)
def test_a_run_cannot_access_what_is_the_servers(container: Container, command: str) -> None:
    assert container.run("sh", "-c", command, user=SERVER).returncode == 0
    refused = container.run("sh", "-c", command, user=RUNS)
    assert refused.returncode != 0
    assert "ermission denied" in refused.stderr or "not permitted" in refused.stderr


def test_only_the_volume_and_temporary_folders_can_be_written(container: Container) -> None:
    for folder in ("/", "/opt/movazi", "/opt/venv", "/usr/local/libexec"):
        refused = container.run("touch", f"{folder}/new", user=SERVER)
        assert "Read-only file system" in refused.stderr or "Permission denied" in refused.stderr


def test_orphans_are_reaped(container: Container) -> None:
    orphan = container.run("sh", "-c", "sleep 0.1 >/dev/null & echo $!", user=SERVER)

    wait_until(lambda: int(orphan.stdout) not in container.pids())


def test_a_stop_ends_streams_and_runs_within_the_grace_and_leaves_nothing(
    container: Container, tmp_path: Path
) -> None:
    # It leaves files of the runs' user in folders that only that user may empty.
    assert outcome(container.port, POOL, **SMALL, start_method="forkserver") == "finished"
    with run_by_api(container.port, LONG) as going:
        began = time.monotonic()
        container.signal(signal.Signals[container.image.config["StopSignal"]])
        assert going.result()["detail"] == "the server was stopped"
        assert container.process.wait(stop_grace()) == 0
        assert time.monotonic() - began < stop_grace()
    assert container.left() == []
    with sqlite3.connect(tmp_path / "volume" / "runs.sqlite") as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
