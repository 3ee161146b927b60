"""Which of a topic's two texts is older: each topic keeps the hashes of both as they last agreed.

    python tools/texts.py           say which text has changed without the other
    python tools/texts.py --agree   both languages say the same now: keep their hashes

The hashes stand in `texts.sha256` of the topic's folder, as `sha256sum` writes them.
"""

import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

TOPICS = Path(__file__).resolve().parent.parent / "webapp" / "topics"
TEXTS = ("en.md", "fa.md")
AGREED = "texts.sha256"


def main() -> int:
    """Say what is older, or keep the hashes with `--agree`; return the exit code."""
    if "--agree" in sys.argv[1:]:
        for topic in topics():
            (topic / AGREED).write_text(hashes(topic), encoding="utf-8")
    problems = list(check())
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def check() -> Iterator[str]:
    """Yield a sentence for each topic whose texts have changed since they agreed."""
    for topic in topics():
        agreed = topic / AGREED
        before = agreed.read_text(encoding="utf-8").splitlines() if agreed.exists() else []
        now = hashes(topic).splitlines()
        changed = [name for name, line in zip(TEXTS, now, strict=True) if line not in before]
        if len(changed) == 1:
            [older] = set(TEXTS) - set(changed)
            yield f"{topic.name}/{older} is older than {changed[0]}: mend it, then `make texts`"
        elif changed:
            yield f"{topic.name}: both texts have changed; if they say the same, `make texts`"


def topics() -> Iterator[Path]:
    """Yield every topic's folder."""
    yield from sorted(path.parent for path in TOPICS.glob("*/topic.py"))


def hashes(topic: Path) -> str:
    """Return the hashes of both texts, a line each."""
    lines = (f"{sha256((topic / name).read_bytes()).hexdigest()}  {name}\n" for name in TEXTS)
    return "".join(lines)


if __name__ == "__main__":
    sys.exit(main())
