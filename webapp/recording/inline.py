"""The site's style sheets and scripts, for a page that stands alone.

The page's policy allows only these, by their hashes, so it loads nothing.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache

from webapp.files import STATIC
from webapp.lessons.text import WRITINGS, Language

# The first declares the order of the layers; the order of the others does not matter.
STYLES = (
    "tokens",
    "base",
    "layout",
    "header",
    "hues",
    "topic",
    "run-panel",
    "code",
    "transcript",
    "result",
    "lanes",
    "walk",
    "values",
    "cycle",
    "record",
    "print",
)
THEME = "theme"
MODULES = (
    "axis",
    "marking",
    "transcript",
    "walk-state",
    "slow-motion",
    "lanes",
)  # imported modules come before their importers

MARK = """<svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
<rect x="3" y="5" width="17" height="5" rx="2.5"/>
<rect x="9" y="13.5" width="20" height="5" rx="2.5"/>
<rect x="5" y="22" width="12" height="5" rx="2.5"/>
<rect x="20" y="22" width="7" height="5" rx="2.5" class="mark-rest"/></svg>"""

SWITCH = """<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
<circle cx="10" cy="10" r="7.25" fill="none" stroke="currentColor" stroke-width="1.5"/>
<path d="M10 2.75a7.25 7.25 0 0 1 0 14.5z" fill="currentColor"/></svg>"""

_FONT_FACE = re.compile(r"@font-face \{.*?\n  \}\n", re.DOTALL)
_FONT_FILE = re.compile(r'url\("\.\./(vendor/[^"]+\.woff2)"\)')
_IMPORT = re.compile(
    r'^(?:import .* from "\./.*"| *const \{.*\} = await import\("\./.*"\));\n', re.MULTILINE
)
_EXPORT = re.compile(r"^export ", re.MULTILINE)


@cache
def style(language: Language) -> str:
    """Return all style sheets as one, with the font of the language and no other."""
    sheets = "".join(_text(f"css/{name}.css") for name in STYLES)
    own = f"vendor/{WRITINGS[language].font}"
    return _FONT_FACE.sub(lambda face: _embedded(face[0], own), sheets)


@cache
def theme_script() -> str:
    """Return the script that must run before the page is painted."""
    return _text(f"js/{THEME}.js")


@cache
def module_script() -> str:
    """Return the modules as one; only exported names leave their module's scope."""
    return "".join(_module(_text(f"js/{name}.js")) for name in MODULES)


def icon() -> str:
    """Return the icon as a data URL."""
    return _data("img/mark.svg", "image/svg+xml")


def policy(*, scripts: tuple[str, ...], styles: tuple[str, ...]) -> str:
    """Return the Content-Security-Policy of a page with just these scripts and styles."""
    return (
        f"default-src 'none'; script-src {_hashes(scripts)}; style-src {_hashes(styles)}; "
        "font-src data:; img-src data:; base-uri 'none'; form-action 'none'"
    )


def _embedded(face: str, own: str) -> str:
    """Return a font's rule with its file in it, or "" if the file is not `own`."""
    file = _FONT_FILE.search(face)
    if file is None or file[1] != own:
        return ""
    return face.replace(file[0], f'url("{_data(own, "font/woff2")}")')


def _text(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def _module(text: str) -> str:
    whole = _IMPORT.sub("", text)
    return _EXPORT.sub("", whole) if _EXPORT.search(whole) else f"{{\n{whole}}}\n"


def _data(name: str, type: str) -> str:
    content = base64.b64encode((STATIC / name).read_bytes()).decode()
    return f"data:{type};base64,{content}"


def _hashes(texts: tuple[str, ...]) -> str:
    return " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in texts
    )
