"""`movazi serve`, and Flask's commands under the name `movazi`."""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from webapp.files import GUNICORN, IS_INSTALLED, PLACE, WSGI

OPEN = """
import socket, sys, time, webbrowser
host, port = sys.argv[1], int(sys.argv[2])
for _ in range(300):
    try:
        socket.create_connection((host, port), 1).close()
    except OSError:
        time.sleep(0.1)
    else:
        webbrowser.open(f"http://{host}:{port}/")
        break
"""
"""Waits until the site is served, and opens it in a browser."""


def serve(arguments: Sequence[str]) -> int:
    """Serve the site in place of this process, until Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="movazi serve",
        description="Serve the course. `movazi settings` lists what can be set by the environment.",
    )
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
    parser.add_argument("--host", default=host, help="0.0.0.0 lets other machines in (%(default)s)")
    parser.add_argument("--port", type=int, default=port, help="(%(default)s)")
    parser.add_argument("--open", action="store_true", help="open it in a browser")
    command = parser.parse_args(arguments)
    os.environ.update(HOST=command.host, PORT=str(command.port))
    _choose_database()
    shown = "127.0.0.1" if command.host in ("", "0.0.0.0") else command.host
    print(f"http://{shown}:{command.port}/ (Ctrl-C ends it)", flush=True)
    if command.open:
        subprocess.Popen([sys.executable, "-c", OPEN, shown, str(command.port)])
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", str(GUNICORN), "--chdir", str(PLACE)]
    os.execv(sys.executable, gunicorn)


def run_flask_command(arguments: list[str]) -> NoReturn:
    """Run one of Flask's commands, and exit as it does."""
    _choose_database()
    if not IS_INSTALLED:
        sys.path.insert(0, str(PLACE))  # the folder of wsgi.py
    app = importlib.import_module(WSGI).app
    sys.exit(app.cli.main(arguments, prog_name="movazi"))


def _choose_database() -> None:
    """Keep runs in the user's data folder if the package is installed and no database is set."""
    if IS_INSTALLED and not os.environ.get("DATABASE_URL"):
        data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
        os.environ["DATABASE_URL"] = f"sqlite:///{data / 'movazi/runs.sqlite'}"
