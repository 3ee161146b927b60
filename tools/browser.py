"""The browser that tests and audits drive: find one, or install one.

`make test` runs this file before pytest, `make lighthouse` before Lighthouse; both take `path()`.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

# The headless shell is a Chromium without windows, which takes a tenth less processor time.
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Containers have no sandbox for Chromium and no graphics card. Nothing here needs the internet.
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

INSTALLERS = (
    (str(Path(__file__).with_name("apt.sh")), SHELL),
    (sys.executable, "-m", "playwright", "install", "chromium"),
    (sys.executable, "-m", "playwright", "install-deps", "chromium"),
)


def main() -> int:
    """Install a browser if there is none; return the exit code."""
    if find() or downloaded():
        return 0
    for install in INSTALLERS:
        subprocess.run(install, check=False)
        if find() or downloaded():
            return 0
    print(
        "\nThe tests need a browser, and none could be installed. Install Chromium or Chrome so\n"
        f"that one of these is on PATH: {', '.join(NAMES)}.\n"
        f"On Debian: sudo apt-get install {SHELL}",
        file=sys.stderr,
    )
    return 1


def find() -> str | None:
    """Return the path of the first browser on PATH that starts, or None."""
    return next(filter(starts, filter(None, map(shutil.which, NAMES))), None)


def path() -> str:
    """Return the path of the browser to use. Raises RuntimeError if there is none."""
    if found := find():
        return found
    if downloaded():
        return _downloaded_path()
    raise RuntimeError("there is no browser: run `make test`, or install one")


def downloaded() -> bool:
    """Return whether Playwright has downloaded a browser that starts."""
    path = _downloaded_path()
    return Path(path).exists() and starts(path)


def _downloaded_path() -> str:
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def starts(path: str) -> bool:
    """Return whether a browser starts: it may lack libraries, or be Ubuntu's stub for a snap."""
    return subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
