"""The files of the deployment agree with each other and with the server's settings."""

from __future__ import annotations

import re

from tests.deploy.settled import compose, devcontainer, dockerfile, gunicorn, stop_grace, unit
from tests.operating.serving import ROOT

WEB = compose()["services"]["web"]


def test_the_container_engine_waits_longer_for_a_stop_than_the_server_needs() -> None:
    assert stop_grace() > gunicorn()["graceful_timeout"]
    assert float(unit()["TimeoutStopSec"]) > gunicorn()["graceful_timeout"]


def test_the_container_has_only_the_capabilities_to_change_its_user() -> None:
    assert WEB["cap_drop"] == ["ALL"]
    assert sorted(WEB["cap_add"]) == ["SETGID", "SETUID"]
    assert WEB["read_only"] is True
    # It could disable the capabilities of movazi-setpriv.
    assert "security_opt" not in WEB


def test_compose_and_systemd_have_the_same_limits() -> None:
    assert WEB["pids_limit"] == f"${{PIDS:-{unit()['TasksMax']}}}"
    assert WEB["mem_limit"] == f"${{MEMORY:-{unit()['MemoryMax'].lower()}}}"


def test_the_database_is_on_the_volume() -> None:
    [volume] = re.findall(r"^VOLUME (\S+)$", dockerfile(), re.M)
    assert WEB["volumes"] == [f"runs:{volume}"]
    assert f"DATABASE_URL=sqlite:///{volume}/runs.sqlite" in dockerfile()
    assert f"DATABASE_URL=sqlite:///{volume}/runs.sqlite" in unit()["Environment"]
    assert unit()["StateDirectory"] == volume.removeprefix("/var/lib/")


def test_every_port_is_that_of_the_image() -> None:
    [port] = re.findall(r"^EXPOSE (\d+)$", dockerfile(), re.M)
    assert f"PORT={port}" in dockerfile()
    assert WEB["ports"] == [f"${{PUBLISH:-{port}}}:{port}"]
    assert compose()["services"]["https"]["environment"]["UPSTREAM"] == f"web:{port}"
    assert f"proxy_pass http://127.0.0.1:{port};" in (ROOT / "deploy/nginx.conf").read_text()
    assert devcontainer()["forwardPorts"] == [int(port)]
    assert list(devcontainer()["portsAttributes"]) == [port]


def test_the_image_has_only_what_the_site_reads() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    named = {line.removeprefix("!") for line in lines if line.startswith("!")}
    assert all((ROOT / name).exists() for name in named)
    assert {"webapp", "templates", "static", "wsgi.py", "gunicorn.conf.py"} <= named
    assert not any(line in named for line in (".env", ".git", "tests", "instance"))
