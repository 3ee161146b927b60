"""Take the picture of the README: a run of the real site, its source, transcript and lanes.

`make picture` runs it. It takes the light theme, 1280 pixels wide.
"""

from __future__ import annotations

import base64
import sys
import tempfile

from playwright.sync_api import Page, expect, sync_playwright

from tools.browser import FLAGS, path
from tools.serving import ROOT, served

PICTURE = ROOT / "docs/images/run.webp"
DEMO = "/en/threads/lock/lock-around-everything?thread_count=3&sleep_seconds=0.5"
WIDTH, HEIGHT = 1280, 900
MARGIN = 16
QUALITY = 80
END_MILLISECONDS = 60_000


def main() -> int:
    """Take the picture, say where it is, and return the exit code."""
    with (
        tempfile.TemporaryDirectory() as folder,
        served(DATABASE_URL=f"sqlite:///{folder}/runs.sqlite") as port,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=path(), chromium_sandbox=False, args=list(FLAGS)
        )
        page = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT},
            color_scheme="light",
            reduced_motion="reduce",
        )
        page.goto(f"http://127.0.0.1:{port}{DEMO}")
        _run(page)
        PICTURE.write_bytes(_picture(page))
        browser.close()
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size / 1000:.0f} kB")
    return 0


def _run(page: Page) -> None:
    """Press Run and wait for the lanes. With an example on the page, the status is "Ready"."""
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#status")).to_have_text("Finished", timeout=END_MILLISECONDS)
    page.locator("#lanes .lanes-time .picture").wait_for()


def _picture(page: Page) -> bytes:
    """The page from its top down to the end of the run panel, as WebP."""
    page.evaluate("scrollTo(0, 0)")  # boxes count from the viewport, and the picture from the page
    panel = page.locator(".run-panel").bounding_box()
    if panel is None:
        raise RuntimeError("the page shows no run")
    lower = panel["y"] + panel["height"] + MARGIN
    # Playwright itself takes PNG and JPEG only.
    taken = page.context.new_cdp_session(page).send(
        "Page.captureScreenshot",
        {
            "format": "webp",
            "quality": QUALITY,
            "captureBeyondViewport": True,
            "clip": {"x": 0, "y": 0, "width": WIDTH, "height": lower, "scale": 1},
        },
    )
    return base64.b64decode(taken["data"])


if __name__ == "__main__":
    sys.exit(main())
