"""What every page has: valid markup, its languages, its title, its address."""

import re
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient
from jinja2 import UndefinedError

from tests.topics import TOPICS
from tests.web.scripted import HELLO

PAGES = [
    "/en/",
    "/fa/",
    HELLO,
    HELLO.replace("/en/", "/fa/"),
    "/en/record",
    "/fa/record",
    "/en/nowhere",
    "/fa/nowhere",
]
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Nesting(HTMLParser):
    """Notes ids, and elements that are not closed properly."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_well_formed(client: FlaskClient, address: str) -> None:
    parser = Nesting()
    parser.feed(client.get(address).text)
    assert parser.wrong == []
    assert parser.open == []
    assert len(parser.ids) == len(set(parser.ids))


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("fa", "rtl")])
def test_a_page_has_its_language_and_direction(
    client: FlaskClient, language: str, direction: str
) -> None:
    page = client.get(f"/{language}/threads/greeting/say-hello").text
    assert re.search(rf'<html lang="{language}"\s+dir="{direction}"\s', page)


def test_a_page_has_a_title_a_description_and_one_address(client: FlaskClient) -> None:
    page = client.get(f"{HELLO}?times=4").text
    assert "<title>Saying hello · Greeting · Movazi</title>" in page
    assert '<meta name="description" content="Say hello. One line each time.">' in page
    assert f'<link rel="canonical" href="http://localhost{HELLO}">' in page


def test_the_link_to_the_other_language_has_the_same_values(client: FlaskClient) -> None:
    page = client.get(f"{HELLO}?times=4").text
    assert re.search(r'href="/fa/threads/greeting/say-hello\?times=4"\s+hreflang="fa"', page)
    address = f"http://localhost{HELLO.replace('/en/', '/fa/')}"
    assert re.search(rf'<link rel="alternate"\s+hreflang="fa"\s+href="{address}">', page)


def test_a_refused_or_missing_page_is_not_indexed(client: FlaskClient) -> None:
    for address in (f"{HELLO}?times=99", "/en/nowhere"):
        page = client.get(address).text
        assert '<meta name="robots" content="noindex">' in page
        assert "canonical" not in page


def test_a_trap_is_labelled_as_one(client: FlaskClient) -> None:
    page = client.get("/en/threads/greeting/say-nothing").text
    assert "A trap: this program is wrong on purpose." in page
    assert page.count('<span class="trap">trap</span>') == 1
    assert "wrong on purpose" not in client.get(HELLO).text


def next_of(client: FlaskClient, address: str) -> list[str]:
    """Return the addresses that a demo's page leads to."""
    found = re.findall(r'class="next on">\s*<a href="([^"]+)"', client.get(address).text)
    return [str(link) for link in found]


def test_each_demo_leads_on_and_the_last_one_to_programs_of_ones_own(client: FlaskClient) -> None:
    [link] = next_of(client, HELLO)
    assert link.startswith("/en/threads/greeting/")
    assert next_of(client, "/en/threads/greeting/say-nothing")[-1] == "/en/record"


def test_the_last_demo_of_a_topic_leads_to_the_next_topic(real_client: FlaskClient) -> None:
    firsts = first_demos(real_client)
    for topic, following in zip(TOPICS, [*firsts[1:], "/en/record"], strict=True):
        for demo in topic.demos:
            links = next_of(real_client, f"/en/{topic.chapter}/{topic.slug}/{demo.slug}")
            assert links, f"{topic.slug}/{demo.slug} leads nowhere"
            assert (links[-1] == following) == (demo is topic.demos[-1])


def first_demos(client: FlaskClient) -> list[str]:
    """Return the address of each topic's first demo, in the order of the home page."""
    cards = re.findall(r'class="topics">(.*?)</ol>', client.get("/en/").text, re.DOTALL)
    links = [link for card in cards for link in re.findall(r'<a href="([^"]+)"', card)]
    return [client.get(link).headers["Location"] for link in links]


def test_the_source_is_shown_unchanged(client: FlaskClient) -> None:
    page = client.get(HELLO).text
    listing = page.split('id="listing"')[1].split("</pre>")[0].split(">", 1)[1]
    numbers = re.findall(r'id="L(\d+)"', listing)
    text = re.sub(r'<a href="#L\d+" tabindex="-1">\d+</a>', "", listing)
    text = re.sub(r"<[^>]+>", "", text).replace("&quot;", '"').replace("&gt;", ">")
    assert text.replace("&#39;", "'") == client.get(f"{HELLO}.py").text
    assert numbers == [str(n + 1) for n in range(len(numbers))]


def test_persian_prose_has_persian_numbers(client: FlaskClient) -> None:
    page = client.get(HELLO.replace("/en/", "/fa/")).text
    assert "از ۱ تا ۵" in page
    assert "۱۷ خط" in page


def test_the_home_page_can_run_a_demo(client: FlaskClient) -> None:
    page = client.get("/en/").text
    assert f'hx-post="{HELLO}"' in page
    assert re.search(r'<input type="hidden" name="times" value="2">', page)
    assert 'href="/en/threads/greeting">Greeting</a>' in page


def test_pages_are_compressed_for_browsers_that_accept_it(client: FlaskClient) -> None:
    plain = client.get(HELLO)
    packed = client.get(HELLO, headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data) / 2
    assert "Accept-Encoding" in packed.headers["Vary"]


@pytest.mark.parametrize("name", ["request", "session", "config", "url_for", "range"])
def test_a_template_sees_its_view_alone(client: FlaskClient, name: str) -> None:
    template = client.application.jinja_env.from_string(f"{{{{ {name} }}}} {{{{ view }}}}")
    with pytest.raises(UndefinedError):
        template.render(view="a view")
