"""A program's source as HTML, one piece a line, in the classes that static/css/code.css colours.

The site uses Pygments. Here only the standard library's tokenizer is available.
"""

from __future__ import annotations

import io
import keyword
import token
import tokenize
from collections import defaultdict
from collections.abc import Iterable, Iterator
from html import escape

LETTERS_SHOWN = 2000
"""Characters of one line. Browsers become slow with longer ones."""

Piece = tuple[int, int, str]
"""A part of a line, from one column to another, with its class."""

_CLASSES = {token.STRING: "s", token.NUMBER: "mi", token.COMMENT: "c1"}
# From Python 3.12 on, an f-string is several tokens.
_CLASSES |= {
    getattr(token, name): "s"
    for name in ("FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END")
    if hasattr(token, name)
}
_DEFINES = {"def": "nf", "class": "nc"}


def highlighted(source: str) -> Iterator[str]:
    """Yield each line of a source as HTML."""
    pieces: defaultdict[int, list[Piece]] = defaultdict(list)
    lines = source.split("\n")
    for number, piece in _pieces(source, lines):
        pieces[number].append(piece)
    if not lines[-1]:
        lines.pop()
    for number, line in enumerate(lines, 1):
        if len(line) > LETTERS_SHOWN:
            yield escape(line[:LETTERS_SHOWN]) + " …"
        else:
            yield _line(line, pieces[number])


def _pieces(source: str, lines: list[str]) -> Iterator[tuple[int, Piece]]:
    """The coloured parts with the number of their line, from 1; as far as the tokenizer comes."""
    before = ""
    try:
        for part in tokenize.generate_tokens(io.StringIO(source).readline):
            if name := _class(part, before):
                for number in range(part.start[0], part.end[0] + 1):
                    start = part.start[1] if number == part.start[0] else 0
                    end = part.end[1] if number == part.end[0] else len(lines[number - 1])
                    yield number, (start, end, name)
            before = part.string
    except (SyntaxError, tokenize.TokenError):
        return


def _class(part: tokenize.TokenInfo, before: str) -> str:
    if part.type != token.NAME:
        return _CLASSES.get(part.type, "")
    if before == "@":
        return "nd"
    return "k" if keyword.iskeyword(part.string) else _DEFINES.get(before, "")


def _line(line: str, pieces: Iterable[Piece]) -> str:
    html, at = "", 0
    for start, end, name in pieces:
        if start >= at:
            html += escape(line[at:start])
            html += f'<span class="{name}">{escape(line[start:end])}</span>'
            at = end
    return html + escape(line[at:])
