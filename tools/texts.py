"""Find texts of a topic that are older than those in other languages.

    python -m tools.texts           report texts that have changed without the others
    python -m tools.texts --agree   save the hashes: all languages say the same now

Each topic's folder has the hashes of its texts when they last agreed, in `texts.sha256`, as
`sha256sum` writes them. Prose (`LANGUAGE.md`) and words (`LANGUAGE.toml`) are compared separately.
"""

import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from webapp.lessons.folders import COMMON, TOPICS
from webapp.lessons.text import LANGUAGES

KINDS = ("md", "toml")
AGREED = "texts.sha256"


def main() -> int:
    """Report older texts; with `--agree`, save the hashes first. Return the exit code."""
    if "--agree" in sys.argv[1:]:
        for folder in folders():
            (folder / AGREED).write_text("".join(hashes(folder).values()), encoding="utf-8")
    problems = list(check())
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def check() -> Iterator[str]:
    """Yield a sentence for each text that is older than another."""
    for folder in folders():
        agreed = folder / AGREED
        before = agreed.read_text(encoding="utf-8").splitlines(True) if agreed.exists() else []
        now = hashes(folder)
        for kind in KINDS:
            texts = [name for name in now if name.endswith(f".{kind}")]
            changed = [name for name in texts if now[name] not in before]
            yield from _older(folder.name, texts, changed)


def folders() -> Iterator[Path]:
    """Yield every topic's folder, and the folder of the common words."""
    yield from sorted(path.parent for path in TOPICS.glob("*/topic.py"))
    yield COMMON


def hashes(folder: Path) -> dict[str, str]:
    """Return the line of `texts.sha256` for each text, by its file's name."""
    names = [f"{language}.{kind}" for kind in KINDS for language in LANGUAGES]
    return {
        name: f"{sha256((folder / name).read_bytes()).hexdigest()}  {name}\n"
        for name in names
        if (folder / name).exists()
    }


def _older(topic: str, texts: list[str], changed: list[str]) -> Iterator[str]:
    older = [name for name in texts if name not in changed]
    if changed and not older:
        together = " and ".join(changed)
        yield f"{topic}: {together} have changed; if they say the same, run `make texts`"
    elif changed:
        for name in older:
            yield f"{topic}/{name} is older than {changed[0]}: update it, then run `make texts`"


if __name__ == "__main__":
    sys.exit(main())
