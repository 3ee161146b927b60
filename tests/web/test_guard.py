"""A page has no foreign code; posts of foreign pages and foreign host names are refused."""

import re
import socket
from base64 import b64encode
from hashlib import sha256
from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient

from tests.web.scripted import COURSE, GOOD, HELLO, ScriptedRunner
from webapp.app import create_app
from webapp.lessons.folders import find_topics
from webapp.pages.run.blueprint import PICTURE
from webapp.settings import Settings
from webapp.store.store import Store
from webapp.timeline.document import STYLE

PAGES = ["/en/", "/fa/", HELLO, f"{HELLO}?times=99", "/fa/nowhere", "/runs/x/cancel"]


@pytest.mark.parametrize("address", PAGES)
def test_the_policy_of_every_page_forbids_inline_and_foreign_code(
    client: FlaskClient, address: str
) -> None:
    answer = client.get(address)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert re.findall(r"<script(?![^>]*\bsrc=)", answer.text) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:|hx-on|js:", answer.text) == []


@pytest.mark.parametrize("address", PAGES)
def test_every_page_loads_only_the_sites_files(client: FlaskClient, address: str) -> None:
    page = client.get(address).text
    asked = re.findall(r'<(?:script|link)[^>]*?(?:src|href)="([^"]+)"', page)
    files = [file for file in asked if "/static/" in file]
    assert files
    for file in files:
        answer = client.get(file)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    others = set(asked) - set(files)
    assert all(other.startswith("http://localhost/") for other in others)


def test_modules_and_fonts_exist_at_the_paths_in_scripts_and_styles(client: FlaskClient) -> None:
    page = client.get("/fa/").text
    style = re.search(r'href="(/static/\w+/css/)style.css"', page)
    assert style
    text = client.get(f"{style[1]}style.css").text
    assert text.lstrip().startswith("@layer ")
    for path in re.findall(r'url\("([^"]+)"\)', text):
        assert client.get(urljoin(style[1], path)).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_post_from_another_site_is_refused(
    client: FlaskClient, runner: ScriptedRunner, site: str
) -> None:
    answer = client.post(HELLO, data=GOOD, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403
    assert runner.programs == []
    assert client.post("/runs/x/cancel", headers={"Sec-Fetch-Site": site}).status_code == 403


@pytest.mark.parametrize(
    "said",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:81"},
        {"Referer": "http://evil.example/localhost"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
    ],
    ids=lambda said: " ".join(said.values()),
)
def test_a_post_with_another_origin_is_refused(
    client: FlaskClient, runner: ScriptedRunner, said: dict[str, str]
) -> None:
    """Browsers send no Sec-Fetch-Site over plain HTTP, which a class may use."""
    assert client.post(HELLO, data=GOOD, headers=said).status_code == 403
    assert runner.programs == []


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"Origin": "http://localhost"},
        {"Origin": "https://localhost"},  # HTTPS ends at a proxy
        {"Origin": "http://localhost", "Referer": "http://localhost/en/"},
    ],
    ids=lambda said: " ".join(said.values()) or "nothing",
)
def test_a_post_with_the_sites_origin_is_accepted(
    client: FlaskClient, runner: ScriptedRunner, said: dict[str, str]
) -> None:
    assert client.post(HELLO, data=GOOD, headers=said).status_code == 200


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_a_post_from_the_sites_pages_is_accepted(
    client: FlaskClient, runner: ScriptedRunner, site: str
) -> None:
    assert client.post(HELLO, data=GOOD, headers={"Sec-Fetch-Site": site}).status_code == 200


def test_a_link_from_another_site_is_accepted(client: FlaskClient) -> None:
    assert client.get(HELLO, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_the_picture_of_a_run_allows_its_own_style_and_nothing_else() -> None:
    digest = b64encode(sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'"
    assert PICTURE["Content-Security-Policy"] == policy


def test_only_the_host_names_of_the_setting_are_answered(
    runner: ScriptedRunner, store: Store
) -> None:
    settings = Settings(hosts=("movazi.example", ".school.example"))
    client = create_app(runner, find_topics(COURSE), store, settings).test_client()

    def ask(host: str, address: str = HELLO) -> int:
        return client.get(address, headers={"Host": host}).status_code

    for host in ("movazi.example", "movazi.example:8000", "a.school.example"):
        assert ask(host) == 200
    for host in ("evil.example", "movazi.example.evil.example", "127.0.0.1:8000"):
        assert ask(host) == 400
    assert ask("10.0.0.1", "/healthz") == ask("10.0.0.1", "/readyz") == 200


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8000",
        "127.0.0.1:8000",
        "192.168.1.20",
        "[::1]:8000",
        "board.localhost",
        socket.gethostname(),
        f"{socket.gethostname()}.local:8000",
    ],
)
def test_without_the_setting_the_machines_own_names_are_answered(
    client: FlaskClient, host: str
) -> None:
    assert client.get(HELLO, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "a b", "", "[::1", "1:x"],
)
def test_other_host_names_are_refused(client: FlaskClient, host: str) -> None:
    answer = client.get("/fa", headers={"Host": host})
    assert answer.status_code == 400
    assert "MOVAZI_HOSTS" in answer.text
    style = re.search(r'href="(/static/[^"]+css)"', answer.text)
    assert style
    assert client.get(style[1], headers={"Host": host}).status_code == 200
    assert "evil" not in answer.text + str(answer.headers)


def test_in_a_codespace_its_name_is_answered(
    runner: ScriptedRunner, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODESPACE_NAME", "fluffy-lamp")
    monkeypatch.setenv("GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN", "app.github.dev")
    client = create_app(runner, find_topics(COURSE), store, Settings()).test_client()
    host = {"Host": "fluffy-lamp-8000.app.github.dev"}
    assert client.get(HELLO, headers=host).status_code == 200


def test_headers_of_a_proxy_are_trusted_only_if_a_setting_says_so(
    runner: ScriptedRunner, store: Store
) -> None:
    sent = {
        "X-Forwarded-For": "192.0.2.9",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "movazi.example",
    }

    def seen(proxies: int) -> tuple[str, bool, str]:
        settings = Settings(proxies=proxies, hosts=("localhost", "movazi.example"))
        app = create_app(runner, find_topics(COURSE), store, settings)
        client = app.test_client()
        answer = client.get(HELLO, headers=sent)
        client.post(HELLO, data=GOOD, headers=sent)
        canonical = re.search(r'rel="canonical" href="([^"]+)', answer.text)
        assert canonical
        strict = "Strict-Transport-Security" in answer.headers
        return canonical[1], strict, runner.visitors[-1].split()[0]

    assert seen(0) == (f"http://localhost{HELLO}", False, "127.0.0.1")
    assert seen(1) == (f"https://movazi.example{HELLO}", True, "192.0.2.9")
