"""nginx and Caddy for real in front of the site, by the very files in deploy/.

`make deploy-test` runs this file; it needs both programs.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.api.serving import ask, free_port, wait_until
from tests.deploy.test_proxy import canonical, location
from tests.deploy.visiting import DEMO, TWO_SECONDS, run_by_api, run_by_form, seconds_to_end
from tests.operating.serving import ROOT, served

NAME = "movazi.example.org"

MAIN = """
daemon off;
pid {folder}/pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""
"""What Debian's nginx.conf does, in a folder of ours."""


@contextmanager
def nginx(site: int, folder: Path) -> Iterator[int]:
    """Start nginx before a site."""
    port = free_port()
    text = (ROOT / "deploy/nginx.conf").read_text()
    for old, new in (
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("http://127.0.0.1:8000", f"http://127.0.0.1:{site}"),
        (f"server_name {NAME};", "server_name 127.0.0.1;"),
    ):
        assert old in text
        text = text.replace(old, new)
    (folder / "site.conf").write_text(text)
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder))
    command = ["nginx", "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]
    subprocess.run([*command, "-t"], check=True)
    with _started(command, port, {}):
        yield port


@contextmanager
def caddy(site: int, folder: Path) -> Iterator[int]:
    """Start Caddy before a site; by HTTP, since no authority would give it a certificate here."""
    port = free_port()
    file = ROOT / "deploy/Caddyfile"
    settings = {
        "MOVAZI_HOSTS": f"http://127.0.0.1:{port}",
        "UPSTREAM": f"127.0.0.1:{site}",
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    command = ["caddy", "run", "--config", str(file), "--adapter", "caddyfile"]
    with _started(command, port, settings):
        yield port


@pytest.fixture(scope="module", params=[nginx, caddy], ids=["nginx", "caddy"])
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where a server listens that stands before the site."""
    folder = tmp_path_factory.mktemp("proxy")
    settings = {"MOVAZI_PROXIES": "1", "MOVAZI_HOSTS": "127.0.0.1"}
    with (
        served(folder / "runs.sqlite", **settings) as site,
        request.param(site.port, folder) as port,
    ):
        yield port


def test_a_run_streams_line_by_line_to_a_program(port: int) -> None:
    with run_by_api(port, TWO_SECONDS) as going:
        assert seconds_to_end(going.rest) > 1


def test_a_run_streams_line_by_line_to_a_page(port: int) -> None:
    with run_by_form(port, TWO_SECONDS) as rest:
        assert seconds_to_end(rest) > 1


def test_addresses_carry_the_outer_host(port: int) -> None:
    assert canonical(port) == f"http://127.0.0.1:{port}{DEMO}"
    assert location(port, "/en/threads/lock") in (DEMO, f"http://127.0.0.1:{port}{DEMO}")


@contextmanager
def _started(command: list[str], port: int, settings: dict[str, str]) -> Iterator[None]:
    with subprocess.Popen(command, env={**os.environ, **settings}) as process:
        try:
            wait_until(lambda: ask(port, "/healthz")[0] == 200)
            yield
        finally:
            process.terminate()
