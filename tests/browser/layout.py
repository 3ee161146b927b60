"""Find text that a narrow page cuts off, covers or puts out of reach."""

from __future__ import annotations

from playwright.sync_api import Page

# Each line of text is a box. A box may be outside only of what scrolls, and boxes may not overlap.
# Letters in pictures, and text for screen readers only, are left out.
MISFITS = r"""
  () => {
    const LEFT_OUT = ".visually-hidden, .skip-link, svg, select, script, noscript";
    const SLACK = 2; // pixels; a letter's box is higher than the letter
    const found = [];
    const name = (node) => `${node.parentElement.className || node.parentElement.tagName}: ` +
      node.data.trim().slice(0, 40);
    const beyond = (one, other) => one.left < other.left - 1 || one.right > other.right + 1 ||
      one.top < other.top - SLACK || one.bottom > other.bottom + SLACK;

    // Each element is asked once, for many texts lie in it.
    const known = new Map();
    const facts = (one) => {
      if (!known.has(one)) {
        const { overflowX, overflowY, clipPath } = getComputedStyle(one);
        known.set(one, {
          clipped: clipPath !== "none",
          scrolls: /auto|scroll/.test(overflowX + overflowY),
          hides: overflowX !== "visible",
          edge: one.getBoundingClientRect(),
        });
      }
      return known.get(one);
    };

    // The visible part of a box; null if it is scrolled out of view.
    const shown = (node, box) => {
      let rest = box;
      for (let at = node.parentElement; at !== document.body; at = at.parentElement) {
        const { clipped, scrolls, hides, edge } = facts(at);
        if (clipped) {
          return null;
        }
        if (scrolls) {
          rest = {
            left: Math.max(rest.left, edge.left), right: Math.min(rest.right, edge.right),
            top: Math.max(rest.top, edge.top), bottom: Math.min(rest.bottom, edge.bottom),
          };
          if (rest.right - rest.left < 1 || rest.bottom - rest.top < 1) {
            return null;
          }
        } else if (hides && beyond(rest, edge)) {
          found.push(`cut off: ${name(node)}`);
        }
      }
      if (rest.left < -1 || rest.right > innerWidth + 1) {
        found.push(`outside: ${name(node)}`);
      }
      return rest;
    };

    const boxes = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const seen = node.data.trim() &&
        node.parentElement.checkVisibility({ opacityProperty: true, visibilityProperty: true });
      if (!seen || node.parentElement.closest(LEFT_OUT)) {
        continue;
      }
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) {
        const rest = box.width > 1 && shown(node, box);
        if (rest) {
          const { left, right, top, bottom } = rest;
          boxes.push({ left, right, top, bottom, node });
        }
      }
    }
    boxes.sort((one, other) => one.top - other.top);
    boxes.forEach((one, at) => {
      for (let next = at + 1; next < boxes.length && boxes[next].top < one.bottom; next += 1) {
        const other = boxes[next];
        const width = Math.min(one.right, other.right) - Math.max(one.left, other.left);
        const height = Math.min(one.bottom, other.bottom) - other.top;
        const lower = Math.min(one.bottom - one.top, other.bottom - other.top);
        if (one.node !== other.node && width > SLACK && height > lower * 0.4) {
          found.push(`on top of each other: ${name(one.node)} | ${name(other.node)}`);
        }
      }
    });
    const wider = document.documentElement.scrollWidth - innerWidth;
    return wider > 0 ? [`the page is wider by ${wider} pixels`, ...found] : found;
  }
"""

# WCAG 1.4.12. Persian letters join, so they get no spacing. The spacing that the last width has
# left is tried first, then the other: to take it off each time would lay the page out once more.
BOTH_SPACINGS = f"""
  () => {{
    const misfits = {MISFITS};
    const sheet = new CSSStyleSheet();
    const joined = document.documentElement.lang === "fa";
    const apart = joined ? "" : "letter-spacing: 0.12em !important;";
    sheet.replaceSync(`
      * {{ line-height: 1.5 !important; word-spacing: 0.16em !important; ${{apart}} }}
      p {{ margin-block-end: 2em !important; }}
    `);
    const named = () => document.adoptedStyleSheets.length
      ? misfits().map((one) => `set apart: ${{one}}`)
      : misfits();
    const first = named();
    document.adoptedStyleSheets = document.adoptedStyleSheets.length ? [] : [sheet];
    return [...first, ...named()];
  }}
"""

WIDTHS = [1280, 768, 640, 360, 320]
"""Pixels: a window of 1280 is 640 wide at 200 %, and 320 at 400 % (WCAG 1.4.4 and 1.4.10)."""


def misfits(page: Page) -> list[str]:
    """Return what does not fit at each width, without and with the text spacing of WCAG 1.4.12."""
    size = page.viewport_size
    found = []
    page.mouse.move(0, 0)  # what is shown of something pointed at may cover other things
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": width * 3 // 4})
        found += [f"{width}: {one}" for one in page.evaluate(BOTH_SPACINGS)]
    page.evaluate("document.adoptedStyleSheets = []")
    if size:
        page.set_viewport_size(size)
    return found
