"""nginx and Caddy in front of the site, with the files in deploy/.

`make deploy-test` runs this file; it needs both programs.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.proxies import caddy, nginx
from tests.deploy.test_proxy import canonical, location
from tests.deploy.visiting import DEMO, TWO_SECONDS, run_by_api, run_by_form, seconds_to_end
from tests.operating.serving import served


@pytest.fixture(scope="module", params=[nginx, caddy], ids=["nginx", "caddy"])
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a proxy in front of the site."""
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
