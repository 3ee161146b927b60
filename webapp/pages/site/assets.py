"""The static files, under addresses that hold the hash of all of them.

A file at such an address never changes, so browsers cache it for a year. One hash for the whole
folder lets scripts and style sheets name each other by relative paths. There is one style sheet per
component; they are sent joined into one, without a build step. Indentation, whole-line comments and
the line breaks and blanks of styles are stripped from our own files.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flask import Blueprint, Response, abort

from webapp.files import STATIC
from webapp.pages.compression import takes_gzip

STYLE = "css/style.css"
FIRST_STYLE = "css/tokens.css"  # declares the order of the layers; the rest come in any order
RECORDED_STYLE = "css/record.css"  # what only recorded pages have, which hold their own style

YEAR = 365 * 24 * 3600
VENDOR = "vendor/"
LEAN = {
    ".css": re.compile(
        rb"/\*.*?\*/\s*|(?<=[{};:,])\s+|\s+(?=[{}])|^\s+|;(?=\s*})", re.DOTALL | re.MULTILINE
    ),
    ".js": re.compile(rb"^\s*//.*\n|^\s+", re.MULTILINE),
}
COMPRESSIBLE = ("text/", "image/svg")
TYPES = {".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Asset:
    """The content and the type of one file, as sent."""

    content: bytes
    type: str

    @cached_property
    def compressed(self) -> bytes | None:
        """The content compressed with gzip; None for types that do not get smaller."""
        return gzip.compress(self.content, mtime=0) if self.type.startswith(COMPRESSIBLE) else None


class Assets:
    """All static files, held in memory."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._files = dict(_read(folder))
        self._files[STYLE] = _joined_styles(self._files)
        digest = hashlib.sha256()
        for name in sorted(self._files):
            digest.update(name.encode() + b"\0" + self._files[name].content)
        self.version = digest.hexdigest()[:12]

    def address(self, name: str) -> str:
        """Return the address of the file at the relative path `name`. Raises KeyError."""
        if name not in self._files:
            raise KeyError(name)
        return f"/static/{self.version}/{name}"

    def find(self, version: str, name: str) -> Asset | None:
        """Return a file, or None if there is none of that name and version."""
        return self._files.get(name) if version == self.version else None


def assets_blueprint(assets: Assets) -> Blueprint:
    """Return the route of the static files."""
    blueprint = Blueprint("assets", __name__)

    @blueprint.get("/static/<version>/<path:name>")
    def file(version: str, name: str) -> Response:
        """Send one file, cacheable for a year."""
        asset = assets.find(version, name)
        if asset is None:
            abort(404)
        return _response(asset)

    return blueprint


def _response(asset: Asset) -> Response:
    content, encoding = asset.content, ""
    if asset.compressed and takes_gzip():
        content, encoding = asset.compressed, "gzip"
    response = Response(content, content_type=asset.type)
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    response.headers["Vary"] = "Accept-Encoding"
    if encoding:
        response.headers["Content-Encoding"] = encoding
    return response


def _read(folder: Path) -> Iterator[tuple[str, Asset]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = path.relative_to(folder).as_posix()
            yield name, Asset(_content(path, name), _type(path))


def _content(path: Path, name: str) -> bytes:
    content = path.read_bytes()
    if path.suffix in LEAN and not name.startswith(VENDOR):
        return LEAN[path.suffix].sub(b"", content)
    return content


def _type(path: Path) -> str:
    guessed = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "text/plain"
    return f"{guessed}; charset=utf-8" if guessed.startswith("text/") else guessed


def _joined_styles(files: Mapping[str, Asset]) -> Asset:
    styles = [name for name in sorted(files) if name.endswith(".css") and name != RECORDED_STYLE]
    styles.sort(key=lambda name: name != FIRST_STYLE)
    content = b"".join(files[name].content for name in styles)
    return Asset(content, files[FIRST_STYLE].type)
