"""Hostile input, and the checks that every answer must pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser

from werkzeug.test import TestResponse

MARK = "zq7mark"
"""A mark in every hostile value, to find it in answers."""

VALUES = (
    f"<script>{MARK}</script>",
    f'"><img src=x onerror={MARK}>',
    f"' onfocus={MARK} autofocus x='",
    f"</textarea></title></style><svg onload={MARK}>",
    f"javascript:{MARK}//",
    f"<hx-partial hx-target='body'>{MARK}</hx-partial>",
    f"<!-- result --><!-- lines -->{MARK}",
    f"{MARK}\r\nX-Forged: 1\r\n\r\n<b>{MARK}</b>",
    f"{MARK}\nevent: over\ndata: {MARK}\n\nid: 9",
    f"{{{{7*7}}}}{MARK}{{% for x in () %}}${{{MARK}}}",
    f"{{0.__class__}}{{{MARK}}}%s%n",
    f"'; DROP TABLE runs; --{MARK}",
    f"../../../../etc/passwd%00{MARK}",
    f"\x00{MARK}\x1b[2J\x08",
    f"\ud800{MARK}",
    f"\u202e{MARK}\u200b\ufeff\u2028",
    f"۱۲۳٤٥{MARK}",
    "1e999",
    "NaN",
    "-Infinity",
    "9" * 5000,
    "-1",
    "0x10",
    "1_0",
    " 3 ",
    "",
    "[1, 2]",
    '{"__proto__": {"x": 1}}',
    f"{MARK}" * 5000,
)

HEADERS = (
    "Accept",
    "Accept-Language",
    "Authorization",
    "Content-Type",
    "HX-Request",
    "HX-Source",
    "Host",
    "Last-Event-ID",
    "Referer",
    "Sec-Fetch-Site",
    "User-Agent",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Request-ID",
)
"""All headers that the site reads, and some that it does not."""

LINKS = {"href", "src", "action", "formaction", "hx-post", "hx-get"}


@dataclass
class Form:
    """A form of a page: its method, its address, and its fields with their values."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class Reading(HTMLParser):
    """Parses a page as a browser does; collects its forms, and everything harmful."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.harm: list[str] = []
        self._script = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Check an element."""
        given = {name: value or "" for name, value in attrs}
        self._script = tag == "script"
        self.harm += _harm(tag, given)
        if tag == "form":
            action = given.get("action") or given.get("hx-post", "")
            self.forms.append(Form(action, given.get("method", "get")))
        elif tag in ("input", "select", "textarea") and self.forms and "name" in given:
            self.forms[-1].fields.setdefault(given["name"], given.get("value", ""))

    def handle_data(self, data: str) -> None:
        """Check that text is not in a script."""
        if self._script and data.strip():
            self.harm.append(f"a script in the page: {data[:80]}")

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        self._script = False


def _harm(tag: str, given: Mapping[str, str]) -> Iterator[str]:
    if MARK in tag:
        yield f"an element of theirs: {tag}"
    for name, value in given.items():
        if MARK in name or name.startswith("on") or name == "style":
            yield f"an attribute of theirs: {name}={value[:80]}"
        target = value.strip().lower()
        if name in LINKS and target.startswith(("javascript:", "data:", "vbscript:", "//")):
            yield f"a link of theirs: {name}={value[:80]}"
    if tag in ("img", "iframe", "object", "embed", "base", "meta") and MARK in str(given):
        yield f"an element of theirs: {tag} {given}"


@lru_cache(maxsize=8)
def find_harm(page: str) -> list[str]:
    """Return everything harmful in a page; cached, since many answers are equal."""
    return Reading(page).harm


def check(answer: TestResponse) -> None:
    """Check what must be true of every answer, whatever was sent."""
    assert answer.status_code < 500, answer.status
    headers = str(answer.headers)
    assert "X-Forged" not in headers
    assert "Set-Cookie" not in headers
    assert answer.headers["X-Request-ID"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    if 300 <= answer.status_code < 400:
        own = answer.location.removeprefix(answer.request.host_url.rstrip("/"))
        assert own.startswith("/") and not own.startswith("//"), answer.location
    text = answer.get_data().decode("utf-8", "surrogateescape")
    assert "Traceback (most recent call last)" not in text
    if answer.mimetype == "text/html":
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        # Hostile input has the mark; a page without it is the site's own.
        assert MARK not in text or find_harm(text) == []
    elif answer.mimetype == "text/event-stream":
        check_stream(text)


def check_stream(text: str) -> None:
    """Check that hostile input makes no line and no element of a stream."""
    data = []
    for line in text.split("\n"):
        name, _, value = line.partition(": ")
        assert name in ("", "id", "event", "data", "data:"), line[:80]
        if name == "data":
            data.append(value)
        else:
            assert MARK not in line, line[:80]
    assert Reading("\n".join(data)).harm == []
