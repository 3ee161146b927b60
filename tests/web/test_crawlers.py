"""Search engines get every page in both languages, and nothing that runs a program."""

import re
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from tests.web.scripted import HELLO
from webapp.lessons.text import LANGUAGES

NAMES = {
    "map": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "xhtml": "http://www.w3.org/1999/xhtml",
}
PAGES = ["/en/", "/en/record", "/en/api", "/en/compare", HELLO]


def sitemap(client: FlaskClient) -> dict[str, dict[str, str]]:
    """Return each page's URL, with its URL in each language."""
    answer = client.get("/sitemap.xml")
    assert answer.mimetype == "text/xml"
    return {
        str(url.findtext("map:loc", namespaces=NAMES)): {
            link.attrib["hreflang"]: link.attrib["href"]
            for link in url.iterfind("xhtml:link[@rel='alternate']", NAMES)
        }
        for url in ElementTree.fromstring(answer.data).iterfind("map:url", NAMES)
    }


def is_allowed(client: FlaskClient, address: str) -> bool:
    """Return whether robots.txt allows crawlers an address, by RFC 9309."""
    rules = re.findall(r"^Disallow: (\S+)$", client.get("/robots.txt").text, re.MULTILINE)
    assert rules
    forms = [re.escape(rule).replace(r"\*", ".*").replace(r"\$", "$") for rule in rules]
    return not any(re.match(form, address) for form in forms)


def test_the_sitemap_lists_every_kind_of_page_in_both_languages(client: FlaskClient) -> None:
    listed = {urlsplit(url).path for url in sitemap(client)}
    for page in PAGES:
        assert page in listed
        assert page.replace("/en/", "/fa/") in listed


def test_each_page_of_the_sitemap_is_to_be_indexed_under_that_very_url(
    client: FlaskClient,
) -> None:
    for url, alternates in sitemap(client).items():
        answer = client.get(url)
        assert answer.status_code == 200, url
        assert f'<link rel="canonical" href="{url}">' in answer.text
        assert alternates.keys() == set(LANGUAGES)
        assert url in alternates.values()
        assert is_allowed(client, urlsplit(url).path)


def test_robots_txt_names_the_sitemap(client: FlaskClient) -> None:
    answer = client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    assert "Sitemap: http://localhost/sitemap.xml\n" in answer.text


@pytest.mark.parametrize(
    "address",
    [
        f"{HELLO}/example",
        f"{HELLO}/_example",
        "/api/runs/AAAAAAAAAAAAAAAA",
        "/api1/run1/",
        "/runs/AAAAAAAAAAAAAAAA.json",
    ],
)
def test_crawlers_may_not_run_programs_or_use_the_api(client: FlaskClient, address: str) -> None:
    assert not is_allowed(client, address)
