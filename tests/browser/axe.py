"""axe-core, with the rules of WCAG 2.2 AA and its best practices."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page

AXE = next((Path(__file__).parents[1] / "vendor").glob("axe-core-*.min.js"))
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# A theme changes only colours.
RULES_OF_COLOUR = ["color-contrast", "link-in-text-block"]

Theme = Literal["light", "dark"]


def violations(page: Page, within: str = "html") -> list[str]:
    """Return axe's violations in the page as it is now, or in a part of it, in both themes."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    own: Theme = "dark" if dark else "light"
    other: Theme = "light" if dark else "dark"
    found = _run(page, within, own, {"type": "tag", "values": TAGS})
    found += _run(page, within, other, {"type": "rule", "values": RULES_OF_COLOUR})
    page.emulate_media(color_scheme=own, reduced_motion="no-preference")
    return found


def _run(page: Page, within: str, theme: Theme, only: dict[str, Any]) -> list[str]:
    # Without transitions: colours must not change while axe reads them.
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    options = {"runOnly": only, "resultTypes": ["violations"], "selectors": False}
    found = page.evaluate("([within, options]) => axe.run(within, options)", [within, options])
    return [
        f"{theme}: {rule['id']}: {node['html']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
