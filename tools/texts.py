"""Which of a topic's texts is older: each topic keeps the hashes of all as they last agreed.

    python -m tools.texts           say which text has changed without the others
    python -m tools.texts --agree   all languages say the same now: keep their hashes

The hashes stand in `texts.sha256` of the topic's folder, as `sha256sum` writes them. The prose
(`LANGUAGE.md`) and the words (`LANGUAGE.toml`) agree each for itself.
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
    """Say what is older, or keep the hashes with `--agree`; return the exit code."""
    if "--agree" in sys.argv[1:]:
        for folder in folders():
            (folder / AGREED).write_text("".join(hashes(folder).values()), encoding="utf-8")
    problems = list(check())
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def check() -> Iterator[str]:
    """Yield a sentence for each text that others have left behind since they agreed."""
    for folder in folders():
        agreed = folder / AGREED
        before = agreed.read_text(encoding="utf-8").splitlines(True) if agreed.exists() else []
        now = hashes(folder)
        for kind in KINDS:
            texts = [name for name in now if name.endswith(f".{kind}")]
            changed = [name for name in texts if now[name] not in before]
            yield from _left_behind(folder.name, texts, changed)


def folders() -> Iterator[Path]:
    """Yield every topic's folder, and that of the common words."""
    yield from sorted(path.parent for path in TOPICS.glob("*/topic.py"))
    yield COMMON


def hashes(folder: Path) -> dict[str, str]:
    """Return the line of each text, by its file's name."""
    names = [f"{language}.{kind}" for kind in KINDS for language in LANGUAGES]
    return {
        name: f"{sha256((folder / name).read_bytes()).hexdigest()}  {name}\n"
        for name in names
        if (folder / name).exists()
    }


def _left_behind(topic: str, texts: list[str], changed: list[str]) -> Iterator[str]:
    older = [name for name in texts if name not in changed]
    if changed and not older:
        together = " and ".join(changed)
        yield f"{topic}: {together} have changed; if they say the same, `make texts`"
    elif changed:
        for name in older:
            yield f"{topic}/{name} is older than {changed[0]}: mend it, then `make texts`"


if __name__ == "__main__":
    sys.exit(main())
