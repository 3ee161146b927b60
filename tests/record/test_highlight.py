"""Colours for any source."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from webapp.recording.highlight import LETTERS_SHOWN, highlighted

ROOT = Path(__file__).resolve().parents[2]


def plain(html: str) -> str:
    """Return the text without its colours."""
    return unescape(re.sub("<[^>]+>", "", html))


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("import os", '<span class="k">import</span> os'),
        ("x = 1.5", 'x = <span class="mi">1.5</span>'),
        ("# a < b", '<span class="c1"># a &lt; b</span>'),
        ("def run(): pass", 'run</span>(): <span class="k">pass</span>'),
        ("def run(): pass", '<span class="nf">run</span>'),
        ("class Box: ...", '<span class="nc">Box</span>'),
        ("@cache\ndef f(): ...", '@<span class="nd">cache</span>'),
        ("x = 'a'", '<span class="s">&#x27;a&#x27;</span>'),
    ],
)
def test_what_a_reader_looks_for_has_its_colour(source: str, html: str) -> None:
    assert html in "\n".join(highlighted(source))


def test_a_string_of_several_lines_is_coloured_in_each() -> None:
    lines = [*highlighted('x = """one\ntwo\nthree"""\n')]
    assert [line.count('class="s"') for line in lines] == [1, 1, 1]


@pytest.mark.parametrize(
    "source",
    [
        "",
        "\n",
        "a\n\n\nb",
        "x = '''never closed",
        "  indented\n wrongly",
        "def f(:\n\tcafé = '\u2028'\x0c\n",
        'f"{a!r:>{width}} {{b}} {"nested"}" + rb"\\x00"',
        "if x:\n\tpass\n  # tab and spaces\n",
        "سلام = 1  # فارسی\n",
        "\\",
    ],
)
def test_whatever_it_is_the_text_stays_the_same(source: str) -> None:
    text = "\n".join(plain(line) for line in highlighted(source))
    assert text == source.removesuffix("\n")


def test_our_own_sources_stay_the_same() -> None:
    for path in (ROOT / "webapp").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert "".join(f"{plain(line)}\n" for line in highlighted(source)) == source, path


def test_a_very_long_line_is_cut() -> None:
    [line] = highlighted(f"x = '{'a' * LETTERS_SHOWN}'")
    assert line.endswith(" …")
    assert len(line) < LETTERS_SHOWN + 100
