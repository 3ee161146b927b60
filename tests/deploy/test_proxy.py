"""Behind a forwarding proxy streams come line by line and addresses are the outer ones.

Only a proxy that the settings name is trusted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urljoin

import pytest

from tests.api.serving import ask
from tests.deploy.proxy import OUTER, OUTER_HOST, proxy_to
from tests.deploy.visiting import DEMO, FORM, LONG, run_by_api, run_by_form
from tests.engine.running import is_alive
from tests.operating.serving import served


@pytest.fixture(scope="module")
def trusting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a proxy in front of a site that trusts it."""
    database = tmp_path_factory.mktemp("trusting") / "runs.sqlite"
    settings = {"MOVAZI_PROXIES": "1", "MOVAZI_HOSTS": OUTER_HOST}
    with served(database, **settings) as site, proxy_to(site.port) as port:
        yield port


@pytest.fixture(scope="module")
def untrusting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a proxy in front of a site that trusts none."""
    database = tmp_path_factory.mktemp("untrusting") / "runs.sqlite"
    with served(database) as site, proxy_to(site.port) as port:
        yield port


def test_a_run_streams_line_by_line_to_a_program(trusting: int) -> None:
    with run_by_api(trusting, LONG) as going:
        assert is_alive(going.pid)


def test_a_run_streams_line_by_line_to_a_page(trusting: int) -> None:
    with run_by_form(trusting, LONG) as rest:
        pids = (re.search(rb"process ID (\d+)", line) for line in rest)
        assert is_alive(next(int(pid[1]) for pid in pids if pid))


def test_addresses_carry_the_outer_scheme_and_host(trusting: int) -> None:
    assert canonical(trusting) == f"{OUTER}{DEMO}"
    assert urljoin(OUTER, location(trusting, "/en/threads/lock")) == f"{OUTER}{DEMO}"
    assert OUTER.encode() in ask(trusting, "/en/api")[1]


def test_a_post_from_a_page_behind_the_proxy_is_accepted(trusting: int) -> None:
    """To the browser it is one site, whatever Origin and Host the proxy sends."""
    connection = HTTPConnection("127.0.0.1", trusting, timeout=30)
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost:8000", **FORM}
    connection.request("POST", DEMO, "thread_count=1&sleep_seconds=0.1", headers)
    assert connection.getresponse().status == 200
    connection.close()


def test_a_proxy_that_no_setting_names_is_not_trusted(untrusting: int) -> None:
    address = canonical(untrusting)
    assert re.fullmatch(rf"http://localhost:\d+{DEMO}", address)
    assert OUTER_HOST not in location(untrusting, "/en/threads/lock")


def canonical(port: int) -> str:
    """Return the canonical address of the demo's page."""
    status, page = ask(port, DEMO)
    assert status == 200
    found = re.search(r'<link rel="canonical" href="([^"]+)"', page.decode())
    assert found
    return found[1]


def location(port: int, path: str) -> str:
    """Return where an address redirects to."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    connection.close()
    assert answer.status in (301, 302, 303, 307, 308)
    return answer.headers["Location"]
