"""A program's source as highlighted HTML lines."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from functools import lru_cache

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import BashLexer, PythonLexer, TextLexer

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

# The Pygments classes that code.css colours. All other tokens are plain text without an element.
COLOURED = "nb k kn kd kr ow kc s s1 s2 sa sd se si sb mi mf mh nf nc nd fm c1 c ch cm"
_PLAIN = re.compile(rf'<span class="(?!(?:{"|".join(COLOURED.split())})")\w+">([^<]*)</span>')


LEXERS = {"python": PythonLexer(stripnl=False), "sh": BashLexer(stripnl=False), "text": TextLexer()}


@lru_cache(maxsize=256)
def highlighted(source: str, language: str = "python") -> Sequence[Markup]:
    """Return each line of a source as HTML, without its newline. `language` is one of LEXERS."""
    html = highlight(source, LEXERS[language], HtmlFormatter(nowrap=True))
    html = _PLAIN.sub(r"\1", html)
    # Pygments closes its elements at the end of each line, so each line is complete HTML.
    return tuple(Markup(line) for line in html.removesuffix("\n").split("\n"))


def definition(source: str, name: str) -> tuple[str, int]:
    """Return the text of a function or class, and the number of its first line, from 1.

    Raises KeyError if the source has none of that name at the top level.
    """
    for node in ast.parse(source).body:
        if isinstance(node, DEFINITIONS) and node.name == name:
            first = min(part.lineno for part in [node, *node.decorator_list])
            lines = source.splitlines()[first - 1 : node.end_lineno]
            return "\n".join(lines) + "\n", first
    raise KeyError(name)
