"""The folders of files that are not Python modules: beside `webapp` in the repository, inside the
installed package (see `hatch_build.py`).
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
IS_INSTALLED = (PACKAGE / "static").is_dir()
PLACE = PACKAGE if IS_INSTALLED else PACKAGE.parent

STATIC = PLACE / "static"
TEMPLATES = PLACE / "templates"
GUNICORN = PLACE / "gunicorn.conf.py"
WSGI = f"{PACKAGE.name}.wsgi" if IS_INSTALLED else "wsgi"
